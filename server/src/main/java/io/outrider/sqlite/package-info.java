/**
 * How every SQLite database of the server is opened: durable, private, and at the schema that this
 * program knows.
 */
@NullMarked
package io.outrider.sqlite;

import org.jspecify.annotations.NullMarked;
