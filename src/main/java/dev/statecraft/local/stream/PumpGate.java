package dev.statecraft.local.stream;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Controls a consumer thread: pause, resume, stop, and wait until it is idle. The thread works in rounds. A round
 * without work is quiet; all records written before the start of a quiet round are processed.
 */
final class PumpGate {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean paused;
    private boolean stopped;
    private boolean busy;
    private boolean wakeUp;
    private boolean written;
    private int waiting;
    private long roundsStarted;
    private long lastQuietRound;

    /** Starts a round; waits while the thread is paused. Returns false if the thread must stop. */
    boolean startRound() {
        lock.lock();
        try {
            if (!awaitOpen()) {
                return false;
            }
            roundsStarted++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a caller waits for a quiet round. */
    boolean isAwaited() {
        lock.lock();
        try {
            return waiting > 0;
        } finally {
            lock.unlock();
        }
    }

    /** Marks the current round as quiet. */
    void endQuietRound() {
        lock.lock();
        try {
            lastQuietRound = roundsStarted;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Starts one call of the function; waits while the thread is paused. Returns false if the thread must stop. */
    boolean startCall() {
        lock.lock();
        try {
            busy = awaitOpen();
            return busy;
        } finally {
            lock.unlock();
        }
    }

    void endCall() {
        lock.lock();
        try {
            busy = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits before the next round: at most {@code least} if records may have been written, and not at all if a caller
     * waits for a quiet round.
     *
     * @return whether the wait ended early
     */
    boolean idle(Duration least, Duration atMost) {
        return rest(least, atMost, true);
    }

    /** Shortens the current or next wait between rounds, because records may have been written. */
    void wake() {
        lock.lock();
        try {
            written = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits before a retry; ends early only if the thread must stop. */
    void backOff(Duration duration) {
        boolean unused = rest(duration, duration, false);
    }

    /** Prevents further calls and returns when no call is active. */
    void pause() {
        lock.lock();
        try {
            paused = true;
            while (busy) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    void resume() {
        lock.lock();
        try {
            paused = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A request for a quiet round that starts after {@link #requestQuiet()}. Until it is closed, the thread does not idle. */
    final class QuietRound implements AutoCloseable {

        private final long round;

        private QuietRound(long round) {
            this.round = round;
        }

        /**
         * Waits for the round.
         *
         * @param deadlineNanos on the scale of {@link System#nanoTime()}
         * @return false if the deadline passed or the consumer was stopped
         */
        boolean await(long deadlineNanos) throws InterruptedException {
            lock.lock();
            try {
                while (lastQuietRound < round) {
                    long left = deadlineNanos - System.nanoTime();
                    if (stopped || left <= 0) {
                        return false;
                    }
                    changed.awaitNanos(left);
                }
                return true;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                waiting--;
            } finally {
                lock.unlock();
            }
        }
    }

    /** Ends the wait between rounds and requests a quiet round. */
    QuietRound requestQuiet() {
        lock.lock();
        try {
            wakeUp = true;
            waiting++;
            changed.signalAll();
            return new QuietRound(roundsStarted + 1);
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitOpen() {
        while (paused && !stopped) {
            changed.awaitUninterruptibly();
        }
        return !stopped;
    }

    /** Returns whether the wait was shortened. */
    private boolean rest(Duration least, Duration atMost, boolean interruptible) {
        lock.lock();
        try {
            long start = System.nanoTime();
            while (!stopped && !(interruptible && wakeUp)) {
                long elapsed = System.nanoTime() - start;
                long left = (interruptible && written ? least : atMost).toNanos() - elapsed;
                if (left <= 0) {
                    break;
                }
                changed.awaitNanos(left);
            }
            boolean shortened = interruptible && (wakeUp || written);
            if (interruptible) {
                wakeUp = false;
                written = false;
            }
            return shortened;
        } catch (InterruptedException e) {
            // An interrupt stops an overdue call; the thread ends at its next round or call.
            stopped = true;
            return false;
        } finally {
            lock.unlock();
        }
    }
}
