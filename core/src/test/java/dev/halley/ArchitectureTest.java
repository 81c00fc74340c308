package dev.halley;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What core may know, and what of it may be known. */
class ArchitectureTest {

    private static final String ROOT = "dev.halley";
    private static final String SPI = "dev.halley.spi";
    private static final String INTERNAL = "dev.halley.internal";
    private static final String SESSION = INTERNAL + ".session";
    private static final String LIVE = INTERNAL + ".live";
    private static final String PUSH = INTERNAL + ".push";
    private static final String STORE = INTERNAL + ".store";
    private static final List<String> PACKAGES = List.of(ROOT, SPI, INTERNAL, SESSION, LIVE, PUSH, STORE);

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/canaries/"))
            .importPackages(ROOT);

    /** The clock is an {@code InstantSource}, chance comes from Resilience4j's back-off, waiting is the scheduler's. */
    private static final Set<String> CLOCKS_AND_DICE = Set.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.Thread.sleep",
            "java.lang.Thread.onSpinWait",
            "java.lang.Math.random",
            "java.util.concurrent.ThreadLocalRandom.current",
            "java.util.Random.<init>",
            "java.util.Date.<init>",
            "java.util.Timer.<init>",
            "java.util.concurrent.CompletableFuture.orTimeout",
            "java.util.concurrent.CompletableFuture.completeOnTimeout",
            "java.util.concurrent.CompletableFuture.delayedExecutor");

    @Test
    void core_isThesePackages() {
        assertThat(CORE.stream().map(JavaClass::getPackageName).distinct())
                .containsExactlyInAnyOrderElementsOf(PACKAGES);
    }

    @Test
    void core_knowsNeitherJsonNorCometdNorAnyVendor() {
        classes()
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "java..",
                        "dev.halley..",
                        "org.slf4j..",
                        "org.jspecify.annotations..",
                        "com.google.common..",
                        "io.github.resilience4j.."))
                .check(CORE);
    }

    @Test
    void theApi_hasNoTypesOfLibraries() {
        methods()
                .that()
                .areDeclaredInClassesThat(resideInAnyPackage(ROOT, SPI))
                .and()
                .arePublic()
                .should()
                .haveRawReturnType(resideInAnyPackage("", "java..", ROOT, SPI))
                .check(CORE);
        noMethods()
                .that()
                .areDeclaredInClassesThat(resideInAnyPackage(ROOT, SPI))
                .and()
                .arePublic()
                .should()
                .haveRawParameterTypes(anyOf(not(resideInAnyPackage("", "java..", ROOT, SPI))))
                .check(CORE);
    }

    @Test
    void internal_isClosedButForWhatTheApiNeeds() {
        classes()
                .that()
                .resideInAPackage(INTERNAL)
                .and()
                .haveModifier(PUBLIC)
                .and()
                .areTopLevelClasses()
                .should()
                .haveNameMatching(
                        INTERNAL.replace(".", "\\.") + "\\.(Checks|DefaultChatEngine|EventIds|Nearest|Sessions|Texts)")
                .check(CORE);
    }

    @Test
    void theSpi_knowsOfInternalOnlyTheChecksOfItsValues() {
        noClasses()
                .that()
                .resideInAPackage(SPI)
                .should()
                .dependOnClassesThat(resideInAPackage(INTERNAL + "..").and(not(nameMatching(".*\\.Checks"))))
                .check(CORE);
    }

    @Test
    void theRules_arePure() {
        classes()
                .that()
                .resideInAPackage(SESSION)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                "java.lang",
                                "java.lang.runtime",
                                "java.time",
                                "java.util",
                                "java.util.function",
                                "java.util.stream",
                                "com.google.common.base",
                                "org.jspecify.annotations",
                                ROOT,
                                SESSION)
                        .or(nameMatching(".*\\.(spi\\.(SessionState|Step|ConnectionId|NodeId"
                                + "|SessionStore\\$Codec)|internal\\.Nearest)")))
                .check(CORE);
    }

    @Test
    void liveAndPush_neverMeet_andKnowOfTheEngineSessionsAlone() {
        for (String one : List.of(LIVE, PUSH)) {
            classes()
                    .that()
                    .resideInAPackage(one)
                    .should()
                    .onlyDependOnClassesThat(not(resideInAPackage(INTERNAL + ".."))
                            .or(resideInAnyPackage(one, SESSION))
                            .or(nameMatching(".*\\.internal\\.(Sessions(\\$.*)?|Nearest)")))
                    .check(CORE);
        }
    }

    @Test
    void sessions_knowNobodyWhoFollowsThem() {
        noClasses()
                .that(nameMatching(".*\\.internal\\.Sessions(\\$.*)?"))
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(LIVE, PUSH, STORE).or(nameMatching(".*\\.DefaultChatEngine(\\$.*)?")))
                .check(CORE);
    }

    @Test
    void stores_knowNothingOfSessions() {
        noClasses()
                .that()
                .resideInAPackage(STORE)
                .should()
                .dependOnClassesThat(resideInAPackage(INTERNAL + "..").and(not(resideInAPackage(STORE))))
                .check(CORE);
    }

    @Test
    void nobody_readsTheWallClockSleepsOrThrowsDice() {
        noClasses().should().accessTargetWhere(isClockOrDice()).check(CORE);
    }

    @Test
    void theSystemClock_isOnlyTheDefaultOfTheBuilder() {
        noClasses()
                .that(not(nameMatching(".*\\.DefaultChatEngine(\\$.*)?")))
                .should()
                .callMethod(InstantSource.class, "system")
                .check(CORE);
    }

    @Test
    void everyPackage_isNullMarked() {
        for (String name : PACKAGES) {
            assertThat(CORE.getPackage(name).isAnnotatedWith(NullMarked.class))
                    .as(name)
                    .isTrue();
        }
    }

    private static DescribedPredicate<JavaAccess<?>> isClockOrDice() {
        return DescribedPredicate.describe("clock or dice", access -> {
            String owner = access.getTargetOwner().getName();
            String name = access.getTarget().getName();
            return CLOCKS_AND_DICE.contains(owner + "." + name)
                    || (owner.startsWith("java.time.") && name.equals("now"))
                    || (owner.equals("java.time.Clock") && name.startsWith("system"))
                    || (owner.equals("java.time.Clock") && name.startsWith("tick"));
        });
    }

    private static DescribedPredicate<List<JavaClass>> anyOf(DescribedPredicate<? super JavaClass> type) {
        return DescribedPredicate.describe(
                "a parameter of a library's type", types -> types.stream().anyMatch(type));
    }
}
