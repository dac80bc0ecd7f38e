package dev.lanner.examples;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.OptionalLong;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * When a request is made.
 *
 * @param given seconds since 1970, or empty for the time of the held-out event
 */
record RequestTime(OptionalLong given) {
    private static final String HELD_OUT = "held-out";

    boolean isOfHeldOut() {
        return given.isEmpty();
    }

    long seconds(long ofHeldOut) {
        return given.orElse(ofHeldOut);
    }

    /** Reads seconds, an instant, or {@code held-out}. */
    static final class Converter implements ITypeConverter<RequestTime> {
        @Override
        public RequestTime convert(String text) {
            if (HELD_OUT.equals(text)) {
                return new RequestTime(OptionalLong.empty());
            }
            try {
                return new RequestTime(OptionalLong.of(
                        text.matches("-?\\d+")
                                ? Long.parseLong(text)
                                : Instant.parse(text).getEpochSecond()));
            } catch (NumberFormatException | DateTimeParseException e) {
                throw new TypeConversionException("must be seconds, an instant like 2001-03-01T12:00:00Z or " + HELD_OUT
                        + ", found '" + text + "'");
            }
        }
    }
}
