package dev.lanner.tensor;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Launch;
import dev.lanner.tensor.backend.Recording;
import dev.lanner.tensor.backend.Storage;
import dev.lanner.tensor.backend.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives the slots of a finished recording their storages. An intermediate's storage serves others before its first and after its last
 * use, which is safe because launches run in their order. A slot that is only ever filled with one value is filled once and for all.
 */
final class MemoryPlan {
    /** A storage serves for a smaller slot only down to one half of its size, so that large ones stay for large slots. */
    private static final int WASTE = 2;

    private record Free(Storage storage, int size) {}

    private final Backend backend;
    private final Map<Slot, Integer> lastUse = new HashMap<>();
    private final Map<Slot, Storage> storages = new HashMap<>();
    private final Map<Slot, Integer> sizes = new HashMap<>();
    private final List<Free> free = new ArrayList<>();
    private final List<Storage> inputs = new ArrayList<>();
    private final List<Storage> constants = new ArrayList<>();
    private final List<Storage> intermediates = new ArrayList<>();

    private MemoryPlan(Backend backend) {
        this.backend = backend;
    }

    /**
     * Allocates what a recording needs on its backend, and translates it.
     *
     * @param outputs views that must hold their values until the next run
     */
    static Recording recording(Backend backend, Recorder recorder, List<View> outputs) {
        MemoryPlan plan = new MemoryPlan(backend);
        List<Launch> launches = plan.withoutFills(recorder.launches());
        for (ProgramInput input : recorder.inputs()) {
            Storage storage = plan.allocate(input.slot());
            plan.storages.put(input.slot(), storage);
            plan.inputs.add(storage);
            input.place(storage);
        }
        for (int i = 0; i < launches.size(); i++) {
            for (View view : operands(launches.get(i))) {
                if (view.storage() instanceof Slot slot) {
                    plan.lastUse.put(slot, i);
                }
            }
        }
        for (View view : outputs) {
            if (view.storage() instanceof Slot slot) {
                plan.lastUse.put(slot, launches.size());
            }
        }
        List<Launch> placed = new ArrayList<>();
        for (int i = 0; i < launches.size(); i++) {
            placed.add(launches.get(i).map(plan::place));
            plan.freeAfter(i, launches.get(i));
        }
        List<View> results = outputs.stream().map(plan::place).toList();
        return new Recording(placed, plan.inputs, plan.constants, plan.intermediates, results);
    }

    private static List<View> operands(Launch launch) {
        List<View> operands = new ArrayList<>(launch.reads());
        operands.addAll(launch.writes());
        return operands;
    }

    /** Fills now what nothing else writes to, such as the scalars of {@code x * 0.5}, and leaves those launches out. */
    private List<Launch> withoutFills(List<Launch> launches) {
        Map<Slot, Integer> writers = new HashMap<>();
        for (Launch launch : launches) {
            for (View view : launch.writes()) {
                if (view.storage() instanceof Slot slot) {
                    writers.merge(slot, 1, Integer::sum);
                }
            }
        }
        List<Launch> rest = new ArrayList<>();
        for (Launch launch : launches) {
            if (launch instanceof Launch.Fill fill
                    && fill.out().storage() instanceof Slot slot
                    && writers.get(slot) == 1) {
                slot.become(Slot.Kind.CONSTANT);
                backend.fill(fill.value(), place(fill.out()));
            } else {
                rest.add(launch);
            }
        }
        return rest;
    }

    private View place(View view) {
        return view.storage() instanceof Slot slot
                ? new View(storages.computeIfAbsent(slot, this::choose), view.layout())
                : view;
    }

    private Storage choose(Slot slot) {
        if (slot.kind() == Slot.Kind.CONSTANT) {
            Storage storage = allocate(slot);
            constants.add(storage);
            if (slot.values() != null) {
                backend.upload(slot.values(), storage, slot.values().length());
            }
            return storage;
        }
        Free best = null;
        for (Free candidate : free) {
            boolean fits = candidate.storage().dtype() == slot.dtype()
                    && candidate.size() >= slot.size()
                    && candidate.size() / WASTE <= slot.size();
            if (fits && (best == null || candidate.size() < best.size())) {
                best = candidate;
            }
        }
        if (best == null) {
            Storage storage = allocate(slot);
            intermediates.add(storage);
            return storage;
        }
        free.remove(best);
        sizes.put(slot, best.size());
        return best.storage();
    }

    private Storage allocate(Slot slot) {
        sizes.put(slot, slot.size());
        return backend.allocate(slot.dtype(), slot.size());
    }

    private void freeAfter(int index, Launch launch) {
        for (View view : operands(launch)) {
            if (view.storage() instanceof Slot slot
                    && slot.kind() == Slot.Kind.INTERMEDIATE
                    && lastUse.remove(slot, index)) {
                free.add(new Free(storages.get(slot), sizes.get(slot)));
            }
        }
    }
}
