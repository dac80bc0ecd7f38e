package dev.lanner.backend.tornado;

import dev.lanner.tensor.backend.BackendException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;

/** The devices that TornadoVM finds, numbered across its backends. */
public final class Devices {
    /** The system property with the number of the device to use; default: the first GPU, else the first device. */
    public static final String PROPERTY = "lanner.tornado.device";

    private Devices() {}

    /** Descriptions of all devices; the number of one is its place. Empty if there is none. */
    public static List<String> list() {
        return all().stream().map(Devices::describe).toList();
    }

    static List<TornadoDevice> all() {
        List<TornadoDevice> devices = new ArrayList<>();
        for (TornadoBackend backend : TornadoExecutionPlan.getTornadoDeviceMap().getAllBackends()) {
            for (int i = 0; i < backend.getNumDevices(); i++) {
                devices.add(backend.getDevice(i));
            }
        }
        return devices;
    }

    /** Such as {@code Tesla T4 (GPU, OPENCL)}. */
    static String describe(TornadoDevice device) {
        String type = device.getDeviceType().name().replace("CL_DEVICE_TYPE_", "");
        return device.getPhysicalDevice().getDeviceName() + " (" + type + ", " + device.getTornadoVMBackend() + ")";
    }

    /**
     * The device that {@link #PROPERTY} asks for.
     *
     * @throws BackendException if it is not there
     */
    static TornadoDevice chosen() {
        List<TornadoDevice> devices = all();
        if (devices.isEmpty()) {
            throw new BackendException(
                    "TornadoVM finds no device: install a driver, for OpenCL on a CPU for example pocl-opencl-icd, and check it"
                            + " with clinfo -l");
        }
        String text = System.getProperty(PROPERTY, "").trim();
        if (text.isEmpty()) {
            return devices.stream()
                    .filter(device -> device.getDeviceType() == TornadoDeviceType.GPU)
                    .findFirst()
                    .orElse(devices.get(0));
        }
        int number;
        try {
            number = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new BackendException(PROPERTY + ": expected a number, found \"" + text + "\"", e);
        }
        if (number < 0 || number >= devices.size()) {
            String known = IntStream.range(0, devices.size())
                    .mapToObj(i -> i + " " + describe(devices.get(i)))
                    .collect(Collectors.joining(", "));
            throw new BackendException(PROPERTY + ": there is no device " + number + " (found: " + known + ")");
        }
        return devices.get(number);
    }
}
