@NullMarked
package io.outrider.topic;

import org.jspecify.annotations.NullMarked;
