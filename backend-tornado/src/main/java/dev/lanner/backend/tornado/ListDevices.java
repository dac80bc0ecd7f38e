package dev.lanner.backend.tornado;

import dev.lanner.tensor.backend.BackendException;
import java.util.List;

/** Prints the devices that TornadoVM finds, and marks the one that would be used. */
public final class ListDevices {
    private static final int USAGE_ERROR = 2;

    private ListDevices() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) {
        try {
            List<String> devices = Devices.list();
            devices.forEach(System.out::println);
            if (devices.isEmpty()) {
                System.out.println("TornadoVM finds no device");
            }
        } catch (BackendException e) {
            System.err.println("Devices: " + e.getMessage());
            System.exit(USAGE_ERROR);
        }
    }
}
