package dev.lanner.backend.tornado;

import java.util.Arrays;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/**
 * Products by NVIDIA's cuBLAS, in F32 and not in TF32, as tasks of a program: where TornadoVM's CUDA backend is used, its SDK has the
 * module for cuBLAS, and {@code lanner.tornado.cublas} is not false.
 *
 * <p>It takes whole matrices without a batch, each of which begins with its storage, and lies row by row or, of the factors, column by
 * column. Other products, and those cut along K, are made by {@link Products}: what must have the same bits for any number of rows is given
 * as a batch of one.
 */
final class CuBlas {
    /** The system property that leaves it out where it is false. */
    private static final String ENABLED = "lanner.tornado.cublas";

    private static final String MODULE = "tornado.cublas";
    private static final String LIBRARY = "nvidia/cublas";

    /** What cuBLAS calls a matrix as it lies. */
    private static final int OP_N = 0;

    /** And its transpose. */
    private static final int OP_T = 1;

    private CuBlas() {}

    /** Whether a device has it. */
    static boolean isOn(TornadoDevice device) {
        return device.getTornadoVMBackend() == TornadoVMBackendType.CUDA
                && ModuleLayer.boot().findModule(MODULE).isPresent()
                && Boolean.parseBoolean(System.getProperty(ENABLED, "true"));
    }

    /** Whether it can run a task. */
    static boolean takes(DeviceTask task) {
        int[] words = task.meta().words();
        int m = words[0];
        int n = words[1];
        int k = words[2];
        return task.kernel().equals(Products.MATMUL)
                && words[Products.RANK] == 2
                && startAtZero(words)
                && k > 0
                && isMatrix(m, k, words[3], words[4])
                && isMatrix(k, n, words[5], words[6])
                && liesByRows(n, words[7], words[8]);
    }

    /** Whether the block is that of single matrices, which has a rank of 0 and then their offsets, and these are 0. */
    private static boolean startAtZero(int[] words) {
        return Arrays.stream(words, Meta.HEADER, Meta.HEADER + 4).allMatch(word -> word == 0);
    }

    /** Whether it lies row by row or column by column. */
    private static boolean isMatrix(int rows, int columns, int rowStride, int columnStride) {
        return liesByRows(columns, rowStride, columnStride) || liesByRows(rows, columnStride, rowStride);
    }

    private static boolean liesByRows(int columns, int rowStride, int columnStride) {
        return columnStride == 1 && rowStride >= columns;
    }

    /**
     * Adds a task that it takes to a graph. cuBLAS' matrices lie column by column, so it is told the transpose of the product,
     * {@code out^T = alpha b^T a^T + beta out^T}, and each matrix as it lies is its own transpose.
     */
    static void add(TaskGraph graph, String id, DeviceTask task) {
        int[] words = task.meta().words();
        boolean aByRows = liesByRows(words[2], words[3], words[4]);
        boolean bByRows = liesByRows(words[1], words[5], words[6]);
        Object[] parameters = {
            bByRows ? OP_N : OP_T,
            aByRows ? OP_N : OP_T,
            words[1],
            words[0],
            words[2],
            task.meta().reals()[0],
            task.arguments()[1].array(),
            bByRows ? words[5] : words[6],
            task.arguments()[0].array(),
            aByRows ? words[3] : words[4],
            task.meta().reals()[1],
            task.arguments()[2].array(),
            words[7]
        };
        Access[] access = new Access[parameters.length];
        Arrays.fill(access, Access.READ_ONLY);
        // What lies beside the matrix in its storage stays as it is.
        access[11] = Access.READ_WRITE;
        LibraryTaskDescriptor product = new LibraryTaskDescriptor()
                .withLibrary(LIBRARY)
                .withFunction("cublasSgemm")
                .withParameters(parameters)
                .withAccess(access);
        graph.libraryTask(id, descriptor -> descriptor, product);
    }
}
