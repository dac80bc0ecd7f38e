package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.backend.HostArray;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class BufferPoolTest {
    private final BufferPool pool = new BufferPool(1 << 20);

    @Test
    void classesAreAtMostAQuarterLarger() {
        for (int size = 1; size < 1 << 16; size++) {
            int rounded = BufferPool.sizeClass(size);
            assertTrue(rounded >= size && rounded <= size + size / 4 + 1, size + " became " + rounded);
            assertEquals(rounded, BufferPool.sizeClass(rounded), "a class is its own class");
        }
        for (int size : new int[] {Integer.MAX_VALUE - 8, Integer.MAX_VALUE, 1 << 30, (1 << 30) + 1}) {
            assertTrue(BufferPool.sizeClass(size) >= size, "class of " + size);
        }
    }

    @Test
    void whatIsGivenBackIsHandedOutAgain() {
        HostArray array = pool.take(DType.F32, 5000);
        pool.giveBack(array);
        assertSame(array, pool.take(DType.F32, 4900), "same class");
        assertNotSame(array, pool.take(DType.F32, 5000), "in use");
    }

    @Test
    void dtypesAreApart() {
        pool.giveBack(pool.take(DType.F32, 5000));
        assertEquals(DType.I32, pool.take(DType.I32, 5000).dtype());
    }

    @Test
    void unusedMemoryIsLimited() {
        BufferPool small = new BufferPool(100_000);
        HostArray kept = small.take(DType.I64, 10_000);
        HostArray dropped = small.take(DType.I64, 10_000);
        small.giveBack(kept);
        small.giveBack(dropped);
        assertSame(kept, small.take(DType.I64, 10_000));
        assertNotSame(dropped, small.take(DType.I64, 10_000), "80,000 bytes were unused already");
        for (int i = 0; i < 3; i++) {
            small.giveBack(kept);
            small.giveBack(dropped);
            assertSame(kept, small.take(DType.I64, 10_000), "neither what is in use nor what was dropped counts");
        }
    }

    @Test
    void clearedPoolsForget() {
        HostArray array = pool.take(DType.F32, 5000);
        pool.giveBack(array);
        pool.clear();
        assertNotSame(array, pool.take(DType.F32, 5000));
    }

    @Test
    void clearedPoolsHaveAllTheirRoomAgain() {
        BufferPool small = new BufferPool(100_000);
        HostArray array = small.take(DType.I64, 10_000);
        small.giveBack(array);
        small.clear();
        small.giveBack(array);
        assertSame(array, small.take(DType.I64, 10_000));
    }

    @Test
    void noArrayIsHandedOutTwice() throws InterruptedException {
        Set<HostArray> inUse = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
        Set<String> failures = Collections.synchronizedSet(new HashSet<>());
        Runnable user = () -> {
            for (int i = 0; i < 2000; i++) {
                HostArray array = pool.take(DType.F32, 2000 + i % 3 * 1000);
                if (!inUse.add(array)) {
                    failures.add("handed out while in use");
                }
                inUse.remove(array);
                pool.giveBack(array);
            }
        };
        Thread[] threads = {new Thread(user), new Thread(user), new Thread(user)};
        for (Thread thread : threads) {
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(Set.of(), failures);
    }
}
