package dev.lanner.backend.tornado;

import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.UnaryOp;

/** The numbers by which kernels know functions. Those that take integers come first: a switch in a kernel must have no gaps. */
final class OpCodes {
    static final int NEG = 0;
    static final int ABS = 1;
    static final int SIGN = 2;
    static final int SQUARE = 3;
    static final int RELU = 4;
    static final int EXP = 5;
    static final int LOG = 6;
    static final int SQRT = 7;
    static final int RECIPROCAL = 8;
    static final int TANH = 9;
    static final int SIGMOID = 10;
    static final int SILU = 11;
    static final int ERF = 12;

    static final int ADD = 0;
    static final int SUB = 1;
    static final int MUL = 2;
    static final int DIV = 3;
    static final int MAXIMUM = 4;
    static final int MINIMUM = 5;
    static final int POW = 6;

    static final int EQUAL = 0;
    static final int NOT_EQUAL = 1;
    static final int LESS = 2;
    static final int LESS_EQUAL = 3;
    static final int GREATER = 4;
    static final int GREATER_EQUAL = 5;

    static final int SUM = 0;
    static final int MAX = 1;
    static final int MIN = 2;

    private OpCodes() {}

    static int of(UnaryOp op) {
        return switch (op) {
            case NEG -> NEG;
            case ABS -> ABS;
            case SIGN -> SIGN;
            case EXP -> EXP;
            case LOG -> LOG;
            case SQRT -> SQRT;
            case SQUARE -> SQUARE;
            case RECIPROCAL -> RECIPROCAL;
            case TANH -> TANH;
            case SIGMOID -> SIGMOID;
            case SILU -> SILU;
            case RELU -> RELU;
            case ERF -> ERF;
        };
    }

    static int of(BinaryOp op) {
        return switch (op) {
            case ADD -> ADD;
            case SUB -> SUB;
            case MUL -> MUL;
            case DIV -> DIV;
            case MAXIMUM -> MAXIMUM;
            case MINIMUM -> MINIMUM;
            case POW -> POW;
        };
    }

    static int of(CompareOp op) {
        return switch (op) {
            case EQUAL -> EQUAL;
            case NOT_EQUAL -> NOT_EQUAL;
            case LESS -> LESS;
            case LESS_EQUAL -> LESS_EQUAL;
            case GREATER -> GREATER;
            case GREATER_EQUAL -> GREATER_EQUAL;
        };
    }

    static int of(ReduceOp op) {
        return switch (op) {
            case SUM -> SUM;
            case MAX -> MAX;
            case MIN -> MIN;
        };
    }
}
