package dev.lanner.backend.cpu;

/**
 * Chooses what each tile of a block reads ahead, one element a step of its depth (see {@link GemmTiles#multiply}). The hardware follows
 * long runs of memory by itself, but not the short rows of tall and narrow operands: reading those ahead is worth up to a third of
 * the speed of a product that comes from memory.
 */
final class GemmReadAhead {
    /** Floats of a cache line: reading one of them brings all. */
    private static final int LINE = 16;

    private final GemmLeft a;
    private final GemmRight b;
    private final int rowStart;
    private final int rowEnd;
    private final int columnStart;
    private final int columnEnd;

    private boolean nextRows;
    private int start;
    private int depth;
    private int tile;
    private int linesOfB;
    private int linesOfA;

    private float[] values;
    private int next;
    private int stride;

    /**
     * Reads ahead for a block of C.
     *
     * @param columnEnd end of the columns that the block reads from B itself; with a B packed before, the same as the start
     */
    GemmReadAhead(GemmLeft a, GemmRight b, int rowStart, int rowEnd, int columnStart, int columnEnd) {
        this.a = a;
        this.b = b;
        this.rowStart = rowStart;
        this.rowEnd = rowEnd;
        this.columnStart = columnStart;
        this.columnEnd = columnEnd;
    }

    /**
     * Begins a step of the depth.
     *
     * @param start where the step begins
     * @param depth its length
     * @param k end of the last one
     */
    void step(int start, int depth, int k) {
        this.start = start;
        this.depth = depth;
        tile = 0;
        // Rows of A that follow each other without a gap: the next rows are one run of memory.
        nextRows = a.columnStride() == 1 && a.rowStride() == depth;
        boolean nextDepth = !nextRows && columnEnd > columnStart && k - start >= 2 * depth;
        linesOfB = nextDepth && b.columnStride() == 1 ? lines(columnEnd - columnStart) : 0;
        linesOfA = nextDepth && a.rowStride() == 1 ? lines(rowEnd - rowStart) : 0;
    }

    /**
     * Chooses for the next tile.
     *
     * @param row first row of the tile
     * @param height rows of the tile
     * @param panel number of its panel
     * @param panels panels of the block
     */
    void tile(int row, int height, int panel, int panels) {
        values = a.values();
        next = a.at(row, start);
        stride = 0;
        if (nextRows) {
            // The tiles of these rows read an equal part each of the rows that follow.
            int part = Math.min(LINE, WorkerPool.tasks(height, panels));
            if (row + 2 * height <= rowEnd && (panel + 1) * part <= height) {
                next += (height + panel * part) * depth;
                stride = part;
            }
        } else if (tile < linesOfB) {
            values = b.values();
            next = b.at(start + depth, Math.min(columnStart + tile * LINE, columnEnd - 1));
            stride = b.rowStride();
        } else if (tile < linesOfB + linesOfA) {
            next = a.at(Math.min(rowStart + (tile - linesOfB) * LINE, rowEnd - 1), start + depth);
            stride = a.columnStride();
        }
        tile++;
    }

    /** Returns the most lines that {@code floats} in a row lie in, since they seldom begin with a line. */
    private static int lines(int floats) {
        return WorkerPool.tasks(floats, LINE) + 1;
    }

    /** Returns the array that the tile reads ahead in. */
    float[] values() {
        return values;
    }

    /** Returns the index of the first element. */
    int next() {
        return next;
    }

    /** Returns the distance between elements; 0 if there is nothing to read ahead. */
    int stride() {
        return stride;
    }
}
