package io.outrider.bench;

/** User name and password of a CONNECT; the bench only knows wrong ones. */
record Login(String user, String password) {}
