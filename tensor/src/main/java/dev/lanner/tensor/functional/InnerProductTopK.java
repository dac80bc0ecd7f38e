package dev.lanner.tensor.functional;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.TopK;

/**
 * Exact search for the largest inner products: for each query the k best of R rows, in descending order, of equal ones the first. The
 * rows lie in panels of {@value #PANEL}, each with its columns one behind the other, zeros behind the last ({@link #pack}): many
 * products are then added up by one multiply-add.
 *
 * <p>Inputs: queries {@code [B, D]}, panels {@code [P, D, PANEL]}. Outputs: the products {@code [B, k]}, and the rows' numbers I32
 * {@code [B, k]}; the second has another dtype, so it is run by {@link dev.lanner.tensor.Fused#update}. Without a gradient of its own.
 *
 * @param rows R
 * @param k how many are wanted, in [1, R]
 */
public record InnerProductTopK(int rows, int k) implements FusedOp {
    /** Rows of a panel. */
    public static final int PANEL = 64;

    /** Checks the attributes. */
    public InnerProductTopK {
        if (k < 1 || k > rows) {
            throw new IllegalArgumentException("innerProductTopK: k must be in 1.." + rows + " rows, found " + k);
        }
    }

    /**
     * Rows as panels.
     *
     * @param table {@code [R, D]}
     * @return {@code [P, D, PANEL]}
     */
    public static Tensor pack(Tensor table) {
        Operands.rank("innerProductTopK", "table", table, 2);
        int width = table.size(1);
        int panels = panels(table.size(0));
        Tensor padding = Tensor.zeros(table.dtype(), Shape.of(panels * PANEL - table.size(0), width));
        return Tensor.concat(0, table, padding)
                .reshape(panels, PANEL, width)
                .transpose()
                .contiguous();
    }

    private static int panels(int rows) {
        return (int) (((long) rows + PANEL - 1) / PANEL);
    }

    @Override
    public String name() {
        return "innerProductTopK";
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        Operands.rank(name(), "queries", inputs[0], 2);
        Operands.shape(name(), "panels", inputs[1], panels(rows), inputs[0].size(1), PANEL);
        if (!inputs[1].view().layout().isContiguous()) {
            throw new ShapeException(name() + ": panels must be contiguous, as pack makes them");
        }
        Shape shape = Shape.of(inputs[0].size(0), k);
        return new Shape[] {shape, shape};
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        int width = inputs[0].size(1);
        Tensor columns = inputs[1].transpose(0, 1).reshape(width, inputs[1].size(0) * PANEL);
        TopK best = inputs[0].matmul(columns.narrow(1, 0, rows)).topK(k);
        return new Tensor[] {best.values(), best.indices()};
    }
}
