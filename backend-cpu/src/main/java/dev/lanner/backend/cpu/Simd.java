package dev.lanner.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The one vector shape of all SIMD kernels in a JVM. Load it only where {@link SimdSupport#available()}: the species are constants of
 * the class so that the compiler sees constants in every kernel.
 */
final class Simd {
    /** Floats: the widest shape the hardware prefers, unless {@link SimdSupport#VECTOR_BITS} says otherwise. */
    static final VectorSpecies<Float> F = species();

    /** Ints in a vector of the same shape, so that lanes correspond. */
    static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());

    /** Elements of a vector of either kind: a power of two. */
    static final int LANES = F.length();

    private Simd() {}

    private static VectorSpecies<Float> species() {
        int bits = SimdSupport.requestedBits();
        if (bits != 0) {
            return VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
        }
        // Tiles and sums of lanes are made for up to 16 floats; hardware with wider vectors runs them with these.
        VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
        return preferred.length() > FloatVector.SPECIES_512.length() ? FloatVector.SPECIES_512 : preferred;
    }

    /** Returns the largest multiple of {@link #LANES} that is at most {@code size}. */
    static int wholeVectors(int size) {
        return size & -LANES;
    }

    /** Returns the smallest multiple of {@link #LANES} that is at least {@code size}. */
    static int padded(int size) {
        return (size + LANES - 1) & -LANES;
    }
}
