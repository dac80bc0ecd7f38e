package dev.lanner.backend.tornado;

/** Where launches go: to the device at once, or on a list. */
@FunctionalInterface
interface Launcher {
    void launch(Launch launch);
}
