export JAVA_HOME := $(shell bin/java-home)
MVN := mvn -B -q

.PHONY: help build check test format demo faststart bench clean

help:   ## list these words
	@sed -n 's/^\([a-z]*\): *.*## /\1\t/p' Makefile

build:  ## compile and package, no tests
	@$(MVN) -DskipTests package

check:  ## all that CI runs: format, compile, architecture, tests
	@bin/test-tools
	@mvn -B verify

test:   ## one test class: make test T=JournalTest
	@$(MVN) verify -Dtest='$(T)' -Dsurefire.failIfNoSpecifiedTests=false

format: ## put the sources in order
	@$(MVN) -Pbench spotless:apply

demo: build ## a server, 25 simulated trackers and a moving map on this machine
	@./outrider demo

faststart: build ## half the CPU of each later start: what a short run of the demo loads, kept beside the jar
	@rm -f server/target/outrider.aot
	@OUTRIDER_JAVA_OPTIONS='-XX:AOTCacheOutput=server/target/outrider.aot -Xlog:aot*=off' \
	    ./outrider demo --trackers 5 --for 15s

bench:  ## what it costs, beside Mosquitto: make bench ARGS='--parts b,c' (bench/README.md)
	@$(MVN) -Pbench -DskipTests package
	@bench/run $(ARGS)

clean:  ## remove what was built
	@$(MVN) -Pbench clean
