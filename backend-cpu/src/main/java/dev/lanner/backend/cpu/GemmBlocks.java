package dev.lanner.backend.cpu;

/**
 * How a product is cut: blocks of C, one a task, and steps of the depth. It depends on the shape alone, never on the number of threads.
 *
 * @param rows rows of a block of C
 * @param columns columns of a block of C, whole panels
 * @param depth elements of the depth that a block of B covers at a time
 * @param packing who packs B
 */
record GemmBlocks(int rows, int columns, int depth, Packing packing) {
    /** Who packs B. */
    enum Packing {
        /** All of B before the first task: each element is packed once. */
        SHARED,
        /** Each task the block it is at, which stays in the cache: for a B that would have to come back from memory. */
        OWN,
        /** Nobody but for the last, partial panel: B is read in place. */
        NONE
    }

    /** A multiple of the heights of all tiles. */
    private static final int ROW_UNIT = 12;

    static int DEPTH = Integer.getInteger("g.depth", 256);
    static int COLUMNS = Integer.getInteger("g.columns", 512);
    static int SHARED_ROWS = Integer.getInteger("g.srows", 192);
    static int OWN_ROWS = Integer.getInteger("g.orows", 384);
    static int FEW = Integer.getInteger("g.few", 8);
    static int MANY = Integer.getInteger("g.many", 64);
    private static final int LOW = 48;
    static final double SMALL = 1 << 21;
    static final double LARGE = 1 << 25;
    static String PACK = System.getProperty("g.pack", "");

    /** Cuts the product of {@code [m, k]} and {@code [k, n]}, none of them 0, for tiles of {@code width} columns. */
    static GemmBlocks of(int m, int n, int k, int width) {
        long sizeOfB = (long) n * k;
        Packing packing =
                m <= SHARED_ROWS || sizeOfB > 1 << 22 || sizeOfB > 1 << 18 && m < 512 ? Packing.OWN : Packing.SHARED;
        if (!PACK.isEmpty()) packing = Packing.valueOf(PACK);
        boolean shared = packing == Packing.SHARED;
        int rows = even(m, shared ? SHARED_ROWS : OWN_ROWS, ROW_UNIT);
        int columns = even(n, COLUMNS, width);
        int rowParts = WorkerPool.tasks(m, rows);
        int columnParts = WorkerPool.tasks(n, columns);
        double work = 2.0 * m * n * k;
        while (true) {
            int tasks = WorkerPool.tasks(m, rows) * WorkerPool.tasks(n, columns);
            double part = work / tasks;
            if (!(tasks < FEW && part >= 2 * SMALL || tasks < MANY && part >= 2 * LARGE)) break;
            int halfRows = even(rows, (rows + 1) / 2, ROW_UNIT);
            int halfColumns = even(columns, (columns + 1) / 2, width);
            boolean columnsFirst = !shared || rows <= LOW;
            if (halfColumns < columns && (columnsFirst || halfRows == rows)) columns = halfColumns;
            else if (halfRows < rows) rows = halfRows;
            else break;
        }
        return new GemmBlocks(rows, columns, Math.min(k, DEPTH), packing);
    }

    /** Returns a multiple of {@code unit} that cuts {@code size} into parts of nearly the same size, about {@code most} at most. */
    private static int even(int size, int most, int unit) {
        int parts = WorkerPool.tasks(size, most);
        return WorkerPool.tasks(WorkerPool.tasks(size, parts), unit) * unit;
    }
}
