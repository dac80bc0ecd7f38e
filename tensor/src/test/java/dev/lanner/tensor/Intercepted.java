package dev.lanner.tensor;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Reference backends whose calls a test looks at, or answers itself. */
final class Intercepted {
    /** Sees a call before it is made. */
    @FunctionalInterface
    interface Interceptor {
        /** The answer, or null to let the call through to the reference. */
        Object answer(Method method, Object... arguments);
    }

    private Intercepted() {}

    /** A backend of its own, equal to none but itself. */
    @SuppressWarnings("ReferenceEquality")
    static Backend reference(Interceptor interceptor) {
        ReferenceBackend reference = new ReferenceBackend();
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("equals")) {
                        return proxy == arguments[0];
                    }
                    Object answer = interceptor.answer(method, arguments);
                    if (answer != null) {
                        return answer;
                    }
                    try {
                        return method.invoke(reference, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
