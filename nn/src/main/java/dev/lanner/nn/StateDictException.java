package dev.lanner.nn;

import java.util.List;

/** A state that does not fit a module. Nothing was loaded. */
public final class StateDictException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    StateDictException(List<String> missing, List<String> unexpected, List<String> misshaped) {
        super("load: the state does not fit the module; missing " + missing + ", unexpected " + unexpected
                + ", of another shape or dtype " + misshaped);
    }
}
