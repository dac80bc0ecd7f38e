package dev.lanner.backend.tornado;

import java.util.List;

/** Prints the devices that TornadoVM finds, and marks the one that would be used. */
public final class ListDevices {
    private ListDevices() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) {
        List<String> devices = Devices.list();
        if (devices.isEmpty()) {
            System.out.println("TornadoVM finds no device");
            return;
        }
        String chosen = Devices.describe(Devices.chosen());
        for (int i = 0; i < devices.size(); i++) {
            System.out.println(i + " " + devices.get(i) + (devices.get(i).equals(chosen) ? " (used)" : ""));
        }
    }
}
