package dev.lanner.examples;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Holds the arrows between the modules: examples, benchmarks → hstu → nn → tensor ← backend-cpu, backend-tornado. Maven and
 * module-info.java hold the arrows between jars; this holds them between packages as well, and says which class breaks one.
 */
class ArchitectureTest {
    private static final String ROOT = "dev.lanner";

    /** Every class of Lanner on the class path, without tests; the benchmarks are not on it. */
    private static final JavaClasses LANNER = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @ParameterizedTest
    @CsvSource({
        "tensor, ''",
        "backend.cpu, tensor",
        "backend.tornado, tensor",
        "nn, tensor",
        "hstu, tensor nn",
        "examples, tensor nn hstu",
    })
    void knowsOnlyWhatIsBelow(String module, String below) {
        String[] known = (module + " " + below).trim().split(" ", -1);
        String[] packages = new String[known.length];
        for (int i = 0; i < known.length; i++) {
            packages[i] = ROOT + "." + known[i] + "..";
        }
        EvaluationResult result = classes()
                .that(resideInAnyPackage(ROOT + "." + module + ".."))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(packages).or(resideOutsideOfPackages(ROOT + "..")))
                // The TornadoVM backend is there only where its SDK is.
                .allowEmptyShould(true)
                .evaluate(LANNER);
        assertEquals("", String.join("\n", result.getFailureReport().getDetails()));
    }

    /**
     * One pair is let off: {@code tensor} calls the contract in {@code tensor.backend}, which speaks in the shapes, layouts and dtypes
     * of {@code tensor}. Both are one published API.
     */
    @Test
    void packagesFormNoCycle() {
        EvaluationResult result = slices().matching(ROOT + ".(**)")
                .should()
                .beFreeOfCycles()
                .ignoreDependency(resideInAPackage(ROOT + ".tensor.backend"), resideInAPackage(ROOT + ".tensor"))
                .evaluate(LANNER);
        assertEquals("", String.join("\n", result.getFailureReport().getDetails()));
    }

    /** Without this, a rule over a module that was not imported would pass for want of classes. */
    @Test
    void everyModuleIsSeen() {
        Set<String> packages = new TreeSet<>();
        for (JavaClass type : LANNER) {
            packages.add(type.getPackageName() + ".");
        }
        for (String module : List.of("tensor", "backend.cpu", "nn", "hstu", "examples")) {
            assertTrue(
                    packages.stream().anyMatch(name -> name.startsWith(ROOT + "." + module + ".")),
                    () -> "no class of " + module + " among the packages " + packages);
        }
    }
}
