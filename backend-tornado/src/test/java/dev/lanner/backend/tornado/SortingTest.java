package dev.lanner.backend.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.backend.Backends;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a sort allocates; its results are those of the gradients of rows. */
class SortingTest {
    @ParameterizedTest
    @CsvSource({
        "0, 5, 5",
        "256, 5, 5",
        "257, 5, 10",
        "262144, 3707, 3795968",
        "300000, 3707, 3795968",
        "300000, 1048576, 67108864"
    })
    void countsOfAllRunsTogetherAreBounded(int n, int rows, int counts) {
        TornadoBackend backend = (TornadoBackend) Backends.get(TornadoBackend.NAME);
        TornadoStorage indices = (TornadoStorage) backend.allocate(DType.I32, Math.max(n, 1));
        List<DeviceTask> tasks = new ArrayList<>();
        Sorting.Sorted sorted = Sorting.sort(tasks::add, backend.memory(), indices, 1, 0, n, rows);
        assertEquals(5, tasks.size());
        assertEquals(counts, tasks.get(0).meta().words()[6]);
        backend.memory().giveBack(sorted.order());
        backend.memory().giveBack(sorted.ends());
        backend.release(indices);
    }
}
