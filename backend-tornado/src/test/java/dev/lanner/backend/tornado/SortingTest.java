package dev.lanner.backend.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.HostArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SortingTest {
    private final TornadoBackend backend = (TornadoBackend) Backends.get(TornadoBackend.NAME);

    private int[] read(TornadoStorage storage, int count) {
        HostArray values = HostArray.allocate(DType.I32, count);
        backend.download(storage, 0, values, count);
        return IntStream.range(0, count).map(i -> (int) values.getLong(i)).toArray();
    }

    /** One, two and three passes; one and several tiles; an item's least positions, and more of them. */
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "1, 5",
        "63, 64",
        "64, 65",
        "1023, 6",
        "1024, 64",
        "1025, 3707",
        "5000, 4096",
        "5000, 4097",
        "3000, 1000000",
        "1048577, 6"
    })
    void positionsAreThoseOfAStableSort(int n, int rows) {
        SplittableRandom random = new SplittableRandom(n + rows);
        int[] indices = random.ints(n, 0, rows).toArray();
        TornadoStorage storage = (TornadoStorage) backend.allocate(DType.I32, n);
        backend.upload(HostArray.of(indices), storage, n);
        Sorting.Sorted sorted = Sorting.sort(backend::dispatch, backend.memory(), storage, 1, 0, n, rows);
        int[] expected = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingInt(i -> indices[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        assertArrayEquals(expected, read(sorted.order(), n));
        int[] ends = new int[rows];
        for (int index : indices) {
            ends[index]++;
        }
        Arrays.parallelPrefix(ends, Integer::sum);
        assertArrayEquals(ends, read(sorted.ends(), rows));
        backend.memory().giveBack(sorted.order());
        backend.memory().giveBack(sorted.ends());
        backend.release(storage);
    }

    /** Three kernels a pass, and one for the ends. */
    @ParameterizedTest
    @CsvSource({
        "0, 1, 4, 2",
        "0, 5, 4, 8",
        "1024, 64, 4, 64",
        "1025, 64, 4, 128",
        "256, 65, 7, 16",
        "300000, 4096, 7, 18752",
        "300000, 4097, 10, 9376",
        "4000000, 5, 4, 8072"
    })
    void sortsHavePassesOfSixBitsAndFewCounts(int n, int rows, int kernels, int counts) {
        TornadoStorage indices = (TornadoStorage) backend.allocate(DType.I32, Math.max(n, 1));
        List<DeviceTask> tasks = new ArrayList<>();
        Sorting.Sorted sorted = Sorting.sort(tasks::add, backend.memory(), indices, 1, 0, n, rows);
        assertEquals(kernels, tasks.size());
        int[] header = tasks.get(0).meta().words();
        assertEquals(counts, header[1] * header[2]);
        backend.memory().giveBack(sorted.order());
        backend.memory().giveBack(sorted.ends());
        backend.release(indices);
    }

    @Test
    void lanesArePaidByTheirTerms() {
        assertEquals(4, Rows.lanes(0, 5));
        assertEquals(4, Rows.lanes(15_808, 3_707));
        assertEquals(4, Rows.lanes(511, 8));
        assertEquals(8, Rows.lanes(512, 8));
        assertEquals(32, Rows.lanes(2_039_232, 3_707));
        assertEquals(32, Rows.lanes(15_808, 6));
    }
}
