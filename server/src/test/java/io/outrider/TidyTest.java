package io.outrider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The house rules that no compiler checks. Each finding names file and line. */
class TidyTest {
    private static final int LINES_MAX = 400;
    private static final Pattern COLUMNS = Pattern.compile(".{121,}");
    private static final Pattern LOOSE_END =
            Pattern.compile("\\b(TODO(?!\\(#\\d+\\))|FIXME|XXX|HACK)\\b");
    private static final Pattern SWALLOW_ALL = Pattern.compile("catch \\((Exception|Throwable) ");
    private static final Pattern PRINTED = Pattern.compile("System\\.(out|err)\\.|printStackTrace");
    private static final Pattern REGISTRY =
            Pattern.compile("repo\\.maven|registry\\.npmjs|deb\\.debian\\.org");
    private static final Set<String> SKIPPED =
            Set.of("target", "node_modules", ".git", "dist", ".idea");

    private final Path root = Checkout.root();
    private final List<String> findings = new ArrayList<>();

    @Test
    void the_house_is_tidy() throws IOException {
        for (Path file : files()) {
            String name = file.getFileName().toString();
            if (name.endsWith(".java") || name.endsWith(".ts")) {
                checkSource(file, Files.readAllLines(file));
            }
            if (!name.endsWith(".png")
                    && !name.endsWith(".bin")
                    && !name.equals("TidyTest.java")
                    && Files.size(file) < 1_000_000) {
                checkText(file, Files.readString(file).lines().toList());
            }
        }

        assertThat(findings).isEmpty();
    }

    @Test
    void every_package_says_what_it_is() throws IOException {
        for (Path file : files()) {
            Path folder = file.getParent();
            if (file.toString().endsWith(".java")
                    && folder != null
                    && folder.toString().contains("java/io/outrider")
                    && !Files.exists(folder.resolve("package-info.java"))) {
                findings.add(root.relativize(folder) + ": no package-info.java");
            }
        }

        assertThat(findings).isEmpty();
    }

    private void checkSource(Path file, List<String> lines) {
        if (lines.size() > LINES_MAX) {
            find(file, lines.size(), "longer than " + LINES_MAX + " lines");
        }
        boolean main = file.toString().contains("src/main");
        boolean console = file.toString().contains("/cli/");
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (COLUMNS.matcher(line).find()) {
                find(file, i + 1, "wider than 120 columns");
            }
            if (LOOSE_END.matcher(line).find() && !file.endsWith("TidyTest.java")) {
                find(file, i + 1, "a loose end without an issue number");
            }
            if (main && SWALLOW_ALL.matcher(line).find() && !explained(lines, i)) {
                find(file, i + 1, "catches everything, and no comment says why");
            }
            if (main && !console && PRINTED.matcher(line).find()) {
                find(file, i + 1, "prints, instead of logging or returning");
            }
            if (line.strip().startsWith("@SuppressWarnings") && !explained(lines, i)) {
                find(file, i + 1, "suppresses a warning, and no comment says why");
            }
        }
    }

    private void checkText(Path file, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            if (REGISTRY.matcher(lines.get(i)).find()) {
                find(file, i + 1, "names the host of a package registry");
            }
        }
    }

    /** A comment on the line itself, the one above or the one below. */
    private static boolean explained(List<String> lines, int index) {
        return lines.subList(Math.max(0, index - 1), Math.min(lines.size(), index + 2)).stream()
                .anyMatch(line -> line.contains("//") || line.strip().startsWith("*"));
    }

    private void find(Path file, int line, String what) {
        findings.add(root.relativize(file) + ":" + line + ": " + what);
    }

    private List<Path> files() throws IOException {
        var files = new ArrayList<Path>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) {
                        return SKIPPED.contains(dir.getFileName().toString())
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
                        if (a.isRegularFile()) {
                            files.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return files;
    }
}
