package dev.statecraft.testing;

import dev.statecraft.runtime.Ticker;

/** A ticker for one thread, whose time passes only in pauses. */
public final class PausingTicker implements Ticker {

    private long nanos;

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public void sleep(long length) {
        nanos += length;
    }
}
