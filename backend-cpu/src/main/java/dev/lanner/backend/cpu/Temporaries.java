package dev.lanner.backend.cpu;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.View;

/** Memory of the pool for the time of a call: for layouts that a kernel does not take, and for partial results. */
final class Temporaries {
    private final BufferPool buffers;
    private final Copies copies;

    /** Memory from this pool, filled by these copies. */
    Temporaries(BufferPool buffers, Copies copies) {
        this.buffers = buffers;
        this.copies = copies;
    }

    /** What is done with a view of adjacent elements. */
    @FunctionalInterface
    interface Use {
        /** Uses the view, which is lent for the time of the call. */
        void of(View contiguous);
    }

    /** What is done with an array. */
    @FunctionalInterface
    interface FloatUse {
        /** Uses the array, which is lent for the time of the call. */
        void of(float[] values);
    }

    /** {@code out = x}; any dtypes and layouts. */
    void copy(View x, View out) {
        copies.copy(x, out);
    }

    /** Lends an array of at least {@code size} elements with undefined contents. */
    void floats(int size, FloatUse use) {
        HostArray array = buffers.take(DType.F32, size);
        try {
            use.of(array.floats());
        } finally {
            buffers.giveBack(array);
        }
    }

    /** Lends the elements of a view without gaps: itself, or a copy. */
    void readContiguous(View x, Use use) {
        if (x.layout().isContiguous()) {
            use.of(x);
        } else {
            copied(x, use);
        }
    }

    /** Lends a copy of the elements of a view without gaps. */
    void copied(View x, Use use) {
        lend(x, packed -> {
            copies.copy(x, packed);
            use.of(packed);
        });
    }

    /** Lends a result without gaps: itself, or memory whose contents then go there. */
    void writeContiguous(View out, Use use) {
        if (out.layout().isContiguous()) {
            use.of(out);
        } else {
            lend(out, packed -> {
                use.of(packed);
                copies.copy(packed, out);
            });
        }
    }

    /** {@link #writeContiguous}, with the present elements in it. */
    void updateContiguous(View out, Use use) {
        if (out.layout().isContiguous()) {
            use.of(out);
        } else {
            copied(out, packed -> {
                use.of(packed);
                copies.copy(packed, out);
            });
        }
    }

    private void lend(View like, Use use) {
        Shape shape = like.shape();
        HostArray array = buffers.take(like.dtype(), shape.elements());
        try {
            use.of(new View(array, Layout.contiguous(shape)));
        } finally {
            buffers.giveBack(array);
        }
    }
}
