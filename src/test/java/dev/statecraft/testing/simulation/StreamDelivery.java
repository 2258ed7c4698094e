package dev.statecraft.testing.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.Record;

/**
 * A stream and the function that consumes it, as an event source mapping of Lambda delivers it: each shard in order and
 * after its parent, in batches of any size; a failed batch again, cut otherwise; a batch that succeeded sometimes once
 * more, and a batch whose answer is missing again while its first delivery goes on.
 */
public final class StreamDelivery<S> {

    /** The stream of one table. */
    public interface Source {

        /** The shards there are, parents before their children. */
        List<Shard> shards();

        /** A part of a stream; {@code records} grows until {@code closed}. */
        record Shard(String id, @Nullable String parent, List<Record> records, boolean closed) {}
    }

    private final Simulation simulation;
    private final Source source;
    private final int batch;
    private final Fleet<S> fleet;
    private final ToIntBiFunction<S, List<Record>> function;
    private final Map<String, Integer> positions = new HashMap<>();

    /**
     * A delivery that has not begun.
     *
     * @param batch maximum number of records of one call
     * @param function consumes records and returns how many of them, from the first on, it has processed
     */
    public StreamDelivery(
            Simulation simulation,
            Source source,
            int batch,
            Fleet<S> fleet,
            ToIntBiFunction<S, List<Record>> function) {
        this.simulation = simulation;
        this.source = source;
        this.batch = batch;
        this.fleet = fleet;
        this.function = function;
    }

    /** Delivers until the run ends. */
    public void start(String name) {
        simulation.background("shards of " + name, () -> {
            while (true) {
                simulation.scheduler().await(this::hasNewShard, Long.MAX_VALUE);
                for (Source.Shard shard : source.shards()) {
                    if (isStartable(shard)) {
                        positions.put(shard.id(), 0);
                        simulation.background(name + " " + shard.id(), () -> deliver(name, shard.id()));
                    }
                }
            }
        });
    }

    /** Whether every record has been processed. */
    public boolean isDrained() {
        return source.shards().stream()
                .allMatch(shard -> positions.getOrDefault(shard.id(), 0) == shard.records().size());
    }

    private boolean hasNewShard() {
        return source.shards().stream().anyMatch(this::isStartable);
    }

    private boolean isStartable(Source.Shard shard) {
        return !positions.containsKey(shard.id()) && (shard.parent() == null || isOver(shard(shard.parent())));
    }

    private boolean isOver(Source.Shard shard) {
        return shard.closed()
                && positions.getOrDefault(shard.id(), 0) == shard.records().size();
    }

    private Source.Shard shard(String id) {
        return source.shards().stream()
                .filter(shard -> shard.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private void deliver(String name, String id) {
        Random random = simulation.random();
        while (!isOver(shard(id))) {
            simulation
                    .scheduler()
                    .await(() -> isOver(shard(id)) || shard(id).records().size() > position(id), Long.MAX_VALUE);
            List<Record> records = shard(id).records();
            int from = position(id);
            if (from == records.size()) {
                continue;
            }
            simulation.pause(Duration.ofMillis((long) (213 * Math.exp(0.4 * random.nextGaussian()))));
            int size = 1 + random.nextInt(Math.min(batch, records.size() - from));
            List<Record> delivered = List.copyOf(records.subList(from, from + size));
            boolean repeats = !simulation.isCalm()
                    && random.nextDouble() < simulation.chances().repeat();
            if (repeats && random.nextBoolean()) {
                simulation.coverage().count("delivery at the same time");
                fleet.send(name, services -> function.applyAsInt(services, delivered));
            }
            Outcome<Integer> outcome =
                    fleet.call(name, Duration.ofMinutes(15), services -> function.applyAsInt(services, delivered));
            if (outcome instanceof Outcome.Answered<Integer> answered) {
                if (answered.answer() < size) {
                    simulation.coverage().count("partial batch");
                }
                positions.put(id, from + answered.answer());
                if (repeats && random.nextBoolean()) {
                    simulation.coverage().count("batch delivered again");
                    positions.put(id, random.nextInt(from + answered.answer() + 1));
                }
            } else {
                simulation.coverage().count("failed batch");
                simulation.pause(Duration.ofMillis(500));
            }
        }
    }

    private int position(String id) {
        return positions.getOrDefault(id, 0);
    }
}
