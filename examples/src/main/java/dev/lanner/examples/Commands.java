package dev.lanner.examples;

import dev.lanner.hstu.data.DataException;
import dev.lanner.hstu.train.DivergenceException;
import dev.lanner.tensor.backend.BackendException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What all programs share: how they tell of errors, and the option of threads. */
final class Commands {
    private static final int USAGE_ERROR = 2;
    /** More than any machine's cores, and fewer than the threads that a system lets a process start. */
    private static final int MOST_THREADS = 1024;

    private Commands() {}

    /** A program with its handling of errors: one line on standard error and exit code 2 for what a user can mend. */
    static CommandLine of(Object program) {
        CommandLine command = new CommandLine(program);
        command.setParameterExceptionHandler((e, arguments) -> fail(e.getCommandLine(), e.getMessage()));
        command.setExecutionExceptionHandler((e, line, result) -> {
            if (e instanceof DataException
                    || e instanceof IOException
                    || e instanceof BackendException
                    || e instanceof DivergenceException) {
                return fail(line, reason(e));
            }
            if (e instanceof UncheckedIOException unchecked) {
                return fail(line, reason(unchecked.getCause()));
            }
            throw e;
        });
        return command;
    }

    /** What is wrong; the messages of some errors of the file system only name the file. */
    static String reason(Exception e) {
        if (e instanceof FileSystemException refused && refused.getReason() == null) {
            String what = e instanceof NoSuchFileException
                    ? "no such file or directory"
                    : e instanceof AccessDeniedException
                            ? "permission denied"
                            : e instanceof FileAlreadyExistsException
                                    ? "is there already, and is not a directory"
                                    : e.getClass().getSimpleName();
            return refused.getFile() + ": " + what;
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static int fail(CommandLine command, String message) {
        PrintWriter err = command.getErr();
        err.println(
                command.getCommandName() + ": " + message.lines().findFirst().orElse("unknown error"));
        err.flush();
        return USAGE_ERROR;
    }

    /** The version of the code, as the launcher tells it. */
    static String commit() {
        return System.getProperty("lanner.commit", "unknown");
    }

    /** Checks what the options say. */
    static void require(CommandSpec spec, boolean holds, String rule) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), rule);
        }
    }

    /** Sets the CPU threads before the backend starts, if the option was given. */
    static void useThreads(CommandSpec spec, Integer threads) {
        if (threads != null) {
            require(
                    spec,
                    threads >= 1 && threads <= MOST_THREADS,
                    "--threads must be in 1.." + MOST_THREADS + ", found " + threads);
            System.setProperty("lanner.threads", threads.toString());
        }
    }
}
