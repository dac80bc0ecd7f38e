package dev.lanner.benchmarks;

import dev.lanner.tensor.backend.BackendException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** How the programs of this package are run: what a user can mend is one line on standard error and exit status 2. */
final class Programs {
    private static final int USAGE_ERROR = 2;

    private Programs() {}

    /** Runs a program and ends the JVM with its status. */
    static void run(Callable<Integer> program, String... arguments) {
        System.exit(commandLine(program).execute(arguments));
    }

    /** A program with that handling of errors. */
    static CommandLine commandLine(Callable<Integer> program) {
        CommandLine command = new CommandLine(program);
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setParameterExceptionHandler((e, line) -> fail(command, e));
        command.setExecutionExceptionHandler((e, line, result) -> {
            if (e instanceof IOException || e instanceof BackendException) {
                return fail(command, e);
            }
            throw e;
        });
        return command;
    }

    private static int fail(CommandLine command, Exception e) {
        command.getErr().println(command.getCommandName() + ": " + e.getMessage());
        command.getErr().flush();
        return USAGE_ERROR;
    }
}
