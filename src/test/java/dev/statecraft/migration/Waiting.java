package dev.statecraft.migration;

import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.NotificationOptions;
import jakarta.enterprise.util.TypeLiteral;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Keeps the games whose runs wait for somebody to drive them. */
final class Waiting implements Event<RunsWaiting> {

    private final List<String> games;

    Waiting(List<String> games) {
        this.games = games;
    }

    @Override
    public void fire(RunsWaiting runs) {
        games.add(runs.game());
    }

    @Override
    public <U extends RunsWaiting> CompletionStage<U> fireAsync(U runs) {
        throw new UnsupportedOperationException("it is told at once");
    }

    @Override
    public <U extends RunsWaiting> CompletionStage<U> fireAsync(U runs, NotificationOptions options) {
        throw new UnsupportedOperationException("it is told at once");
    }

    @Override
    public Event<RunsWaiting> select(Annotation... qualifiers) {
        return this;
    }

    @Override
    public <U extends RunsWaiting> Event<U> select(Class<U> subtype, Annotation... qualifiers) {
        throw new UnsupportedOperationException("there is one kind of news");
    }

    @Override
    public <U extends RunsWaiting> Event<U> select(TypeLiteral<U> subtype, Annotation... qualifiers) {
        throw new UnsupportedOperationException("there is one kind of news");
    }
}
