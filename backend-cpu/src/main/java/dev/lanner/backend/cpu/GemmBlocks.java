package dev.lanner.backend.cpu;

/**
 * How a product is cut: blocks of C, one a task, and steps of the depth. It depends on the shape alone, never on the number of threads.
 *
 * @param rows rows of a block of C
 * @param columns columns of a block of C, whole panels
 * @param depth rows of B that are worked on at a time
 * @param packing who packs B
 */
record GemmBlocks(int rows, int columns, int depth, Packing packing) {
    /** Who packs B. */
    enum Packing {
        /** All of B before the first task, so that blocks of rows share it. */
        SHARED,
        /** Each task the part it is at, which then stays in its cache: for a B too long to be written out and read again. */
        OWN,
        /** Nobody, but for a partial panel at the end: tiles read B in place. */
        NONE
    }

    /** A multiple of the heights of all tiles. */
    static final int ROW_UNIT = 6;

    /** A panel of 256 rows by four vectors of AVX-512 is 64 KiB, and a block of 512 columns half of a typical L2 cache. */
    private static final int DEPTH = 256;

    static final int COLUMNS = 512;

    private static final int SHARED_ROWS = 192;
    private static final int OWN_ROWS = 384;

    /** Below this, cutting rows further would read the panels of B more often than the L3 cache delivers them. */
    private static final int FEW_ROWS = 48;

    /** Rows of A for which packing B costs more than it saves. */
    private static final int UNPACKED_ROWS = 24;

    /** Row stride up to which a panel that is read in place still fits the sets of the L1 cache. */
    private static final int UNPACKED_STRIDE = 128;

    /** Elements of B that the L2 cache holds. */
    private static final int SMALL_B = 1 << 18;

    /** Elements of B that are packed at once: 16 MiB. */
    private static final int LARGE_B = 1 << 22;

    private static final int LARGE_B_ROWS = 512;

    /** Operations of a task that is worth handing out, about 20 microseconds, and of one that is worth splitting in any case. */
    private static final double SMALL_TASK = 1 << 21;

    private static final double LARGE_TASK = 1 << 25;

    private static final int FEW_TASKS = 8;
    private static final int MANY_TASKS = 64;

    /**
     * Cuts a product.
     *
     * @param m rows of A, at least 1
     * @param n columns of B, at least 1
     * @param k columns of A, at least 1
     * @param width columns of a tile
     */
    static GemmBlocks of(int m, int n, int k, GemmRight b, int width) {
        return of(m, n, k, packing(m, n, k, b), width);
    }

    /** Cuts a product whose packing is chosen; it may have no depth. */
    static GemmBlocks of(int m, int n, int k, Packing packing, int width) {
        int rows = even(m, packing == Packing.SHARED ? SHARED_ROWS : OWN_ROWS, ROW_UNIT);
        int columns = even(n, COLUMNS, width);
        double work = 2.0 * m * n * k;
        while (true) {
            int tasks = WorkerPool.tasks(m, rows) * WorkerPool.tasks(n, columns);
            boolean tooFew = (tasks < FEW_TASKS && work >= 2 * SMALL_TASK * tasks)
                    || (tasks < MANY_TASKS && work >= 2 * LARGE_TASK * tasks);
            int halfRows = even(rows, (rows + 1) / 2, ROW_UNIT);
            int halfColumns = even(columns, (columns + 1) / 2, width);
            // A task that packs its own B would pack it once more for each further block of rows.
            boolean columnsFirst = packing != Packing.SHARED || rows <= FEW_ROWS;
            if (tooFew && halfColumns < columns && (columnsFirst || halfRows == rows)) {
                columns = halfColumns;
            } else if (tooFew && halfRows < rows) {
                rows = halfRows;
            } else {
                return new GemmBlocks(rows, columns, Math.min(k, DEPTH), packing);
            }
        }
    }

    /** The whole product in one block, with a right operand that is packed, or read in place where it can be. */
    static GemmBlocks whole(int m, int n, int k, GemmRight b) {
        boolean inPlace = b.readable() && b.rowStride() <= UNPACKED_STRIDE;
        return new GemmBlocks(m, n, Math.min(k, DEPTH), inPlace ? Packing.NONE : Packing.OWN);
    }

    private static Packing packing(int m, int n, int k, GemmRight b) {
        long sizeOfB = (long) n * k;
        if ((m > SHARED_ROWS && sizeOfB <= SMALL_B) || (m >= LARGE_B_ROWS && sizeOfB <= LARGE_B)) {
            return Packing.SHARED;
        }
        boolean inPlace = b.readable() && (m <= UNPACKED_ROWS || b.rowStride() <= UNPACKED_STRIDE);
        return inPlace ? Packing.NONE : Packing.OWN;
    }

    /** Returns a multiple of {@code unit} that cuts {@code size} into parts of nearly the same size, about {@code most} at most. */
    private static int even(int size, int most, int unit) {
        int parts = WorkerPool.tasks(size, most);
        return WorkerPool.tasks(WorkerPool.tasks(size, parts), unit) * unit;
    }
}
