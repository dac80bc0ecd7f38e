package dev.lanner.hstu.data;

import java.nio.charset.StandardCharsets;

/**
 * Walks over the lines of a file in MovieLens' format, {@code a::b::c}, in Latin-1. Lines end with LF or CRLF; the last one may
 * end with the file, and line ends after it count for nothing. Numbers are read from the bytes, as a file has a million lines.
 */
final class Lines {
    private static final int SHOWN = 80;
    private static final int DELETE = 0x7F;
    private static final int LAST_CONTROL = 0x9F;

    private final String file;
    private final byte[] bytes;
    private final int limit;
    private final String format;
    private final int fields;
    private final int[] starts;
    private final int[] ends;
    private int next;
    private int number;
    private int lineStart;
    private int lineEnd;

    /**
     * The lines of a file.
     *
     * @param file the name for messages
     * @param bytes the content; only read, and not copied
     * @param format the fields' names with separators, for messages
     * @throws DataException if there is no line
     */
    Lines(String file, byte[] bytes, String format) {
        this.file = file;
        this.bytes = bytes;
        this.format = format;
        this.fields = format.split("::", -1).length;
        this.starts = new int[fields];
        this.ends = new int[fields];
        int end = bytes.length;
        while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
            end--;
        }
        this.limit = end;
        if (limit == 0) {
            throw new DataException(file + ": is empty");
        }
    }

    /**
     * Goes to the next line and cuts it into fields.
     *
     * @return false at the end of the file
     * @throws DataException if it has another number of fields
     */
    boolean advance() {
        if (next >= limit) {
            return false;
        }
        number++;
        lineStart = next;
        int end = lineStart;
        while (end < limit && bytes[end] != '\n') {
            end++;
        }
        next = end + 1;
        lineEnd = end > lineStart && bytes[end - 1] == '\r' ? end - 1 : end;
        cut();
        return true;
    }

    private void cut() {
        int field = 0;
        int start = lineStart;
        int i = lineStart;
        while (i + 1 < lineEnd) {
            if (bytes[i] != ':' || bytes[i + 1] != ':') {
                i++;
                continue;
            }
            if (field == fields - 1) {
                throw error("expected " + format);
            }
            starts[field] = start;
            ends[field] = i;
            field++;
            start = i + 2;
            i = start;
        }
        starts[field] = start;
        ends[field] = lineEnd;
        if (field != fields - 1) {
            throw error("expected " + format);
        }
    }

    /**
     * A field of the current line as text.
     *
     * @throws DataException if it is empty or has control characters, which no text has and most binary files have
     */
    String text(int field, String name) {
        if (starts[field] == ends[field]) {
            throw error(name + " is missing");
        }
        for (int i = starts[field]; i < ends[field]; i++) {
            if (isControl(bytes[i] & 0xFF)) {
                throw error(name + " must not have control characters");
            }
        }
        return new String(bytes, starts[field], ends[field] - starts[field], StandardCharsets.ISO_8859_1);
    }

    /**
     * A field of the current line as a whole number.
     *
     * @throws DataException if it is none, or outside of [least, greatest], where least is not negative
     */
    long number(int field, String name, long least, long greatest) {
        int start = starts[field];
        int end = ends[field];
        if (start == end) {
            throw error(name + " is missing");
        }
        boolean negative = bytes[start] == '-' && end > start + 1;
        long value = 0;
        boolean tooLarge = false;
        for (int i = negative ? start + 1 : start; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                throw error(name + " must be a whole number");
            }
            // Goes on after the last number that fits: the rest may hold something that is no digit.
            tooLarge |= value > (Long.MAX_VALUE - digit) / 10;
            value = tooLarge ? value : value * 10 + digit;
        }
        if (negative || (value < least && !tooLarge)) {
            throw error(name + " must be at least " + least);
        }
        if (tooLarge || value > greatest) {
            throw error(name + " must be at most " + greatest);
        }
        return value;
    }

    /** An error on the current line that names the broken rule. */
    DataException error(String rule) {
        return new DataException(file + ":" + number + ": " + rule + ", found \"" + shown() + "\"");
    }

    /** The current line, fit for a message: short, and without control characters, which would act on a terminal. */
    private String shown() {
        StringBuilder shown = new StringBuilder();
        int end = Math.min(lineEnd, lineStart + SHOWN);
        for (int i = lineStart; i < end; i++) {
            int c = bytes[i] & 0xFF;
            if (isControl(c)) {
                shown.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 0xF, 16));
            } else {
                shown.append((char) c);
            }
        }
        return end < lineEnd ? shown.append("...").toString() : shown.toString();
    }

    private static boolean isControl(int c) {
        return c < ' ' || (c >= DELETE && c <= LAST_CONTROL);
    }
}
