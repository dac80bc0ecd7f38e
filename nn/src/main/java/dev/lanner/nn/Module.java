package dev.lanner.nn;

import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A part of a model: parameters and further modules, each under a name, in the order of their registration. Dotted names, like
 * {@code blocks.0.input.weight}, lead to every parameter.
 */
public abstract class Module {
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Module> children = new LinkedHashMap<>();
    private boolean training = true;
    private int step;

    /** A module without parameters or children yet. */
    protected Module() {}

    /**
     * Registers a parameter.
     *
     * @param initial its first value, whose storage the parameter takes over
     * @return the leaf to compute with; its storage changes in place when an optimiser steps
     */
    protected final Tensor parameter(String name, Tensor initial) {
        checkName(name);
        Tensor leaf = initial.requireGradient();
        parameters.put(name, leaf);
        return leaf;
    }

    /** Registers a module inside this one. */
    protected final <M extends Module> M child(String name, M module) {
        checkName(name);
        children.put(name, module);
        return module;
    }

    private void checkName(String name) {
        if (name.isEmpty() || name.contains(".")) {
            throw new IllegalArgumentException(
                    "module: a name must not be empty or contain a dot, found \"" + name + "\"");
        }
        if (parameters.containsKey(name) || children.containsKey(name)) {
            throw new IllegalArgumentException("module: name " + name + " is taken");
        }
    }

    /**
     * All parameters by dotted names: this module's own first, then those of its children, each in registration order. A parameter of a
     * module that is registered at several places stands under its first name only.
     */
    public final Map<String, Tensor> namedParameters() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        collect("", all, Collections.newSetFromMap(new IdentityHashMap<>()));
        return Collections.unmodifiableMap(all);
    }

    private void collect(String prefix, Map<String, Tensor> into, Set<Tensor> known) {
        parameters.forEach((name, parameter) -> {
            if (known.add(parameter)) {
                into.put(prefix + name, parameter);
            }
        });
        children.forEach((name, module) -> module.collect(prefix + name + ".", into, known));
    }

    /** How many numbers are trained. */
    public final long parameterCount() {
        return namedParameters().values().stream()
                .mapToLong(parameter -> parameter.shape().elements())
                .sum();
    }

    /**
     * Switches this module and its children to training.
     *
     * @param trainingStep the step to come: dropout masks are a function of seed and step
     */
    public final void train(int trainingStep) {
        training = true;
        step = trainingStep;
        children.values().forEach(module -> module.train(trainingStep));
    }

    /** Switches this module and its children to evaluation: no dropout. */
    public final void eval() {
        training = false;
        children.values().forEach(Module::eval);
    }

    /** Whether this module is training, as it is at first. */
    public final boolean isTraining() {
        return training;
    }

    /** The training step that {@link #train} was told last. */
    protected final int step() {
        return step;
    }

    /** All parameters, cut off from the tape, by dotted names; they share storage with the model. */
    public final Map<String, Tensor> stateDict() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        namedParameters().forEach((name, parameter) -> state.put(name, parameter.detach()));
        return state;
    }

    /**
     * Overwrites all parameters. Strict: names, shapes and dtypes must be exactly those of this module, and nothing is changed if
     * they are not.
     *
     * @throws StateDictException listing what is missing, unexpected and mis-shaped
     */
    public final void load(Map<String, Tensor> state) {
        Map<String, Tensor> own = namedParameters();
        List<String> missing = new ArrayList<>();
        List<String> misshaped = new ArrayList<>();
        own.forEach((name, parameter) -> {
            Tensor value = state.get(name);
            if (value == null) {
                missing.add(name);
            } else if (!value.shape().equals(parameter.shape()) || value.dtype() != parameter.dtype()) {
                misshaped.add(name + " is " + describe(value) + ", needs " + describe(parameter));
            }
        });
        List<String> unexpected =
                state.keySet().stream().filter(name -> !own.containsKey(name)).toList();
        if (!missing.isEmpty() || !unexpected.isEmpty() || !misshaped.isEmpty()) {
            throw new StateDictException(missing, unexpected, misshaped);
        }
        own.forEach((name, parameter) -> parameter.assign(state.get(name)));
    }

    private static String describe(Tensor tensor) {
        Shape shape = tensor.shape();
        return tensor.dtype() + shape.toString();
    }
}
