/**
 * The command line, and the one place where everything is put together, in the order in which data
 * flows.
 */
@NullMarked
package io.outrider.cli;

import org.jspecify.annotations.NullMarked;
