package org.rocksdb;

/**
 * Stands in for the enum of this name in rocksdbjni, whose 59 MB are left out: the engine names one
 * constant of it while it loads, and the rest of RocksDB only where it keeps its data in files,
 * which it never does here.
 */
public enum CompressionType {
    NO_COMPRESSION
}
