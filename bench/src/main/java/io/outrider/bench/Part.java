package io.outrider.bench;

import java.io.IOException;

/** One thing that is measured, on both servers, each started anew. */
interface Part {
    String title();

    void run(Bench bench) throws BenchException, IOException;
}
