package dev.statecraft.migration;

import dev.statecraft.migration.execution.RunsPending;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.NotificationOptions;
import jakarta.enterprise.util.TypeLiteral;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Records the games of announced runs. */
final class Waiting implements Event<RunsPending> {

    private final List<String> games;

    Waiting(List<String> games) {
        this.games = games;
    }

    @Override
    public void fire(RunsPending runs) {
        games.add(runs.game());
    }

    @Override
    public <U extends RunsPending> CompletionStage<U> fireAsync(U runs) {
        throw new UnsupportedOperationException("events are delivered synchronously");
    }

    @Override
    public <U extends RunsPending> CompletionStage<U> fireAsync(U runs, NotificationOptions options) {
        throw new UnsupportedOperationException("events are delivered synchronously");
    }

    @Override
    public Event<RunsPending> select(Annotation... qualifiers) {
        return this;
    }

    @Override
    public <U extends RunsPending> Event<U> select(Class<U> subtype, Annotation... qualifiers) {
        throw new UnsupportedOperationException("the event has no subtypes");
    }

    @Override
    public <U extends RunsPending> Event<U> select(TypeLiteral<U> subtype, Annotation... qualifiers) {
        throw new UnsupportedOperationException("the event has no subtypes");
    }
}
