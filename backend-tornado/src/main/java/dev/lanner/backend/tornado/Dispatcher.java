package dev.lanner.backend.tornado;

/** Where tasks go: to the device at once, or on a list. */
@FunctionalInterface
interface Dispatcher {
    void dispatch(DeviceTask task);
}
