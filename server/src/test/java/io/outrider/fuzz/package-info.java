/**
 * What strangers may send, fed to each reader of it: from a corpus in the tests, endlessly by `make
 * fuzz`.
 */
@NullMarked
package io.outrider.fuzz;

import org.jspecify.annotations.NullMarked;
