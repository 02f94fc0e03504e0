/** What the broker engine has to find of RocksDB, which it does not use here. */
@NullMarked
package org.rocksdb;

import org.jspecify.annotations.NullMarked;
