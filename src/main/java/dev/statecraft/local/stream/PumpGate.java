package dev.statecraft.local.stream;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets a consumer thread be paused, stopped and waited for from outside. Work happens in rounds; a round that found
 * nothing to do is quiet, and everything written before a quiet round began has been handled.
 */
final class PumpGate {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean paused;
    private boolean stopped;
    private boolean busy;
    private boolean nudged;
    private int waiting;
    private long roundsBegun;
    private long lastQuietRound;

    /** Waits while paused. False means stop. */
    boolean beginRound() {
        lock.lock();
        try {
            if (!awaitOpen()) {
                return false;
            }
            roundsBegun++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether someone waits for a quiet round. */
    boolean isAwaited() {
        lock.lock();
        try {
            return waiting > 0;
        } finally {
            lock.unlock();
        }
    }

    /** Says that the current round found nothing to do. */
    void endQuietRound() {
        lock.lock();
        try {
            lastQuietRound = roundsBegun;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits while paused, then lets one call of the function begin. False means stop. */
    boolean beginCall() {
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

    /** Waits before looking for work again; cut short when someone waits for quiet. */
    void idle(Duration atMost) {
        rest(atMost, true);
    }

    /** Waits before trying again what failed; cut short only by a stop. */
    void backOff(Duration duration) {
        rest(duration, false);
    }

    /** Keeps further calls from beginning and returns when none is under way. */
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

    /**
     * Waits for a quiet round that begins after this call.
     *
     * @param deadlineNanos on the scale of {@link System#nanoTime()}
     * @return false if the deadline passed or the consumer was stopped
     */
    boolean awaitQuiet(long deadlineNanos) throws InterruptedException {
        lock.lock();
        try {
            long wanted = roundsBegun + 1;
            nudged = true;
            waiting++;
            changed.signalAll();
            while (lastQuietRound < wanted) {
                long left = deadlineNanos - System.nanoTime();
                if (stopped || left <= 0) {
                    return false;
                }
                changed.awaitNanos(left);
            }
            return true;
        } finally {
            waiting--;
            lock.unlock();
        }
    }

    private boolean awaitOpen() {
        while (paused && !stopped) {
            changed.awaitUninterruptibly();
        }
        return !stopped;
    }

    private void rest(Duration duration, boolean nudgeable) {
        lock.lock();
        try {
            long deadline = System.nanoTime() + duration.toNanos();
            while (!stopped && !(nudgeable && nudged)) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                changed.awaitNanos(left);
            }
            if (nudgeable) {
                nudged = false;
            }
        } catch (InterruptedException e) {
            // Interrupting is how an overdue call is stopped; the thread ends at the next look at the gate.
            stopped = true;
        } finally {
            lock.unlock();
        }
    }
}
