package io.outrider;

import java.time.Duration;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/**
 * Where this JVM lives on after its last test, tells what runs in it and ends it: a build that
 * waits for ever tells nobody why. Registered in META-INF/services.
 */
public final class StillRunning implements TestExecutionListener {
    private static final Duration WAIT = Duration.ofMinutes(2);

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        Thread.ofPlatform().daemon().name("still running?").start(StillRunning::tellAndEnd);
    }

    private static void tellAndEnd() {
        try {
            Thread.sleep(WAIT);
        } catch (InterruptedException e) {
            return; // nobody interrupts it; then nothing is told
        }
        System.err.println("The tests ended " + WAIT.toSeconds() + " s ago, and this runs still:");
        Thread.getAllStackTraces()
                .forEach((thread, frames) -> {
                    System.err.println(thread);
                    for (StackTraceElement frame : frames) {
                        System.err.println("\tat " + frame);
                    }
                });
        Runtime.getRuntime().halt(1);
    }
}
