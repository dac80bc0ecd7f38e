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

    private static final String INSTALL =
            "install a driver, NVIDIA's for the PTX and CUDA backends (check it with nvidia-smi), or another for OpenCL, on a CPU for example"
                    + " pocl-opencl-icd (check it with clinfo -l)";
    /** Set by the SDK's argument file. */
    private static final String IMPLEMENTATION = "tornado.load.runtime.implementation";

    private Devices() {}

    /**
     * A line for each device that there is, with its number, and which one is used. Empty if there is none.
     *
     * @throws BackendException if TornadoVM cannot look for them, or the one that is asked for is not there
     */
    public static List<String> list() {
        List<TornadoDevice> devices = all();
        if (devices.isEmpty()) {
            return List.of();
        }
        int chosen = chosen(devices);
        return IntStream.range(0, devices.size())
                .mapToObj(i -> i + " " + describe(devices.get(i)) + (i == chosen ? " (used)" : ""))
                .toList();
    }

    /**
     * All devices.
     *
     * @throws BackendException if TornadoVM cannot look for them; it says what to install
     */
    static List<TornadoDevice> all() {
        try {
            return found();
        } catch (LinkageError e) {
            // What TornadoVM's classes throw while they are loaded.
            String why = System.getProperty(IMPLEMENTATION) == null
                    ? "TornadoVM does not run in this JVM: start it with @$TORNADOVM_HOME/tornado-argfile"
                    : "TornadoVM cannot look for devices: " + INSTALL;
            throw new BackendException(why + " (" + rootCause(e) + ")", e);
        }
    }

    private static Throwable rootCause(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static List<TornadoDevice> found() {
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
        return devices.get(chosen(devices));
    }

    private static int chosen(List<TornadoDevice> devices) {
        if (devices.isEmpty()) {
            throw new BackendException("TornadoVM finds no device: " + INSTALL);
        }
        String text = System.getProperty(PROPERTY, "").trim();
        if (text.isEmpty()) {
            return IntStream.range(0, devices.size())
                    .filter(i -> devices.get(i).getDeviceType() == TornadoDeviceType.GPU)
                    .findFirst()
                    .orElse(0);
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
        return number;
    }
}
