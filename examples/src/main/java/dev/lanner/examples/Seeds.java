package dev.lanner.examples;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The seeds of runs that are alike otherwise.
 *
 * @param first at least 1
 * @param last at least the first
 */
record Seeds(int first, int last) {
    IntStream all() {
        return IntStream.rangeClosed(first, last);
    }

    /** Reads {@code 3}, which is the seeds 1 to 3, or {@code 2..3}. */
    static final class Converter implements ITypeConverter<Seeds> {
        private static final Pattern RANGE = Pattern.compile("(?:([1-9]\\d{0,8})\\.\\.)?([1-9]\\d{0,8})");

        @Override
        public Seeds convert(String text) {
            Matcher matcher = RANGE.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "must be like 3 or 2..3, from 1 and of at most nine digits, found '" + text + "'");
            }
            int first = matcher.group(1) == null ? 1 : Integer.parseInt(matcher.group(1));
            int last = Integer.parseInt(matcher.group(2));
            if (first > last) {
                throw new TypeConversionException("must go from the smaller to the greater, found '" + text + "'");
            }
            return new Seeds(first, last);
        }
    }
}
