package dev.lanner.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.Storage;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private final List<Storage> live = new ArrayList<>();
    private final ReferenceBackend memory = new ReferenceBackend();
    /** Keeps account of what is allocated and released. */
    private final Backend counting = Intercepted.reference((method, arguments) -> switch (method.getName()) {
        case "release" -> {
            assertTrue(live.remove((Storage) arguments[0]), "released twice");
            yield "released";
        }
        case "allocate" -> {
            Storage storage = memory.allocate((DType) arguments[0], (int) arguments[1]);
            live.add(storage);
            yield storage;
        }
        default -> null;
    });

    private Backends.Use use;

    @BeforeEach
    void useCounting() {
        use = Backends.use(counting);
    }

    @AfterEach
    void useWhatWasBefore() {
        use.close();
    }

    @Test
    void everythingOfAScopeIsReleased() {
        Tensor before = Tensor.ones(DType.F64, Shape.of(3)).requireGradient();
        int outside = live.size();
        try (Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            tape.backward(before.transpose(0, 0).mul(2).gelu().sum()).get(before);
            before.slice(0, 0, 3, 2).toDoubles();
        }
        assertEquals(outside, live.size());
    }

    @Test
    void keptTensorsOutliveTheirScope() {
        Tensor kept;
        try (Scope scope = Scope.open()) {
            Tensor sum = Tensor.ones(DType.F64, Shape.of(3)).add(1);
            kept = scope.keep(sum.narrow(0, 1, 2));
        }
        assertEquals(1, live.size());
        assertSame(kept.view().storage(), live.get(0));
        assertArrayEquals(new double[] {2, 2}, kept.toDoubles());
    }

    @Test
    void keptTensorsBelongToTheScopeAround() {
        try (Scope outer = Scope.open()) {
            Tensor kept;
            try (Scope inner = Scope.open()) {
                Tensor.ones(DType.F64, Shape.of(3));
                kept = inner.keep(Tensor.ones(DType.F64, Shape.of(4)));
            }
            assertEquals(1, live.size());
            assertSame(kept.view().storage(), live.get(0));
        }
        assertEquals(0, live.size());
    }

    @Test
    void keepingWhatTheScopeDoesNotOwnChangesNothing() {
        Tensor outside = Tensor.ones(DType.F64, Shape.of(1));
        try (Scope scope = Scope.open()) {
            assertSame(outside, scope.keep(outside));
        }
        assertEquals(1, live.size());
    }

    @Test
    void scopesCloseInReverseOrder() {
        Scope outer = Scope.open();
        Scope inner = Scope.open();
        String message = assertThrows(IllegalStateException.class, outer::close).getMessage();
        assertEquals("scope: closed on another thread or before a scope inside it", message);
        Tensor.ones(DType.F64, Shape.of(1));
        inner.close();
        assertEquals(0, live.size());
        // Closing once more does nothing.
        inner.close();
        outer.close();
        Tensor.ones(DType.F64, Shape.of(1));
        assertEquals(1, live.size());
    }

    @Test
    void whatIsUsedAfterItsScopeIsTold() {
        try (Backends.Use other = Backends.use(new ReferenceBackend())) {
            Tensor leaf = Tensor.ones(DType.F64, Shape.of(3)).requireGradient();
            Tensor sum;
            Tensor part;
            Gradients gradients;
            try (Scope scope = Scope.open();
                    Tape tape = Tape.open()) {
                sum = leaf.add(1);
                part = sum.detach().narrow(0, 0, 2);
                gradients = tape.backward(sum.square().sum());
            }
            String released =
                    " was released, by the scope or the program that it belongs to; Scope.keep lets a tensor outlive its scope";
            assertEquals(
                    "tensor: F64[3] on reference" + released,
                    assertThrows(IllegalStateException.class, sum::toDoubles).getMessage());
            assertEquals(
                    "tensor: F64[2] on reference" + released,
                    assertThrows(IllegalStateException.class, () -> part.add(1)).getMessage());
            assertThrows(IllegalStateException.class, () -> gradients.get(leaf).toDoubles());
            assertArrayEquals(new double[] {1, 1, 1}, leaf.toDoubles());
        }
    }

    @Test
    void whatTheBackendHasNotIsRefusedBeforeItIsAllocated() {
        Backend single = Intercepted.reference((method, arguments) -> switch (method.getName()) {
            case "supports" -> arguments[0] != DType.F64;
            case "allocate" -> throw new AssertionError("allocated before it was refused");
            default -> null;
        });
        try (Backends.Use other = Backends.use(single)) {
            String message = assertThrows(ShapeException.class, () -> Tensor.zeros(DType.F64, Shape.of(2)))
                    .getMessage();
            assertEquals(
                    "allocate: backend reference has no F64 (shape=[2]); the reference backend has it,"
                            + " -Dbackend=reference",
                    message);
        }
    }
}
