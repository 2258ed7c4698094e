package dev.statecraft.testing.simulation;

import dev.statecraft.testing.dynamo.ModelStreams;
import dev.statecraft.testing.dynamo.ModelStreams.ShardState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToIntBiFunction;
import software.amazon.awssdk.services.dynamodb.model.Record;

/**
 * A stream and the function that consumes it, as an event source mapping of Lambda delivers it: each shard in order and
 * after its parent, in batches of any size; a failed batch again, cut otherwise; a batch that succeeded sometimes once
 * more, and a batch whose answer is missing again while its first delivery goes on.
 */
public final class SimulatedStream<S> {

    private final Simulation simulation;
    private final ModelStreams streams;
    private final String table;
    private final int batch;
    private final Fleet<S> fleet;
    private final ToIntBiFunction<S, List<Record>> function;
    private final Map<String, Integer> positions = new HashMap<>();

    SimulatedStream(
            Simulation simulation,
            ModelStreams streams,
            String table,
            int batch,
            Fleet<S> fleet,
            ToIntBiFunction<S, List<Record>> function) {
        this.simulation = simulation;
        this.streams = streams;
        this.table = table;
        this.batch = batch;
        this.fleet = fleet;
        this.function = function;
    }

    /** Delivers until the run ends. */
    public void start(String name) {
        simulation.background("shards of " + name, () -> {
            while (true) {
                simulation.scheduler().await(this::hasNewShard, Long.MAX_VALUE);
                for (ShardState shard : streams.shards(table)) {
                    if (isStartable(shard)) {
                        positions.put(shard.id(), 0);
                        if (shard.parent() != null) {
                            simulation.coverage().count("shard split");
                        }
                        simulation.background(name + " " + shard.id(), () -> deliver(name, shard.id()));
                    }
                }
            }
        });
    }

    /** Whether every record has been processed. */
    public boolean isDrained() {
        return streams.shards(table).stream()
                .allMatch(shard -> positions.getOrDefault(shard.id(), 0) == shard.records());
    }

    private boolean hasNewShard() {
        // The scheduler asks at every step.
        return streams.countShards(table) > positions.size()
                && streams.shards(table).stream().anyMatch(this::isStartable);
    }

    private boolean isStartable(ShardState shard) {
        return !positions.containsKey(shard.id()) && (shard.parent() == null || isOver(shard(shard.parent())));
    }

    private boolean isOver(ShardState shard) {
        return shard.closed() && positions.getOrDefault(shard.id(), 0) == shard.records();
    }

    private ShardState shard(String id) {
        return streams.shard(table, id);
    }

    private void deliver(String name, String id) {
        Random random = simulation.random();
        while (!isOver(shard(id))) {
            simulation.scheduler().await(() -> isOver(shard(id)) || shard(id).records() > position(id), Long.MAX_VALUE);
            int from = position(id);
            int waiting = shard(id).records() - from;
            if (waiting == 0) {
                continue;
            }
            simulation.pause(Duration.ofMillis((long) (213 * Math.exp(0.4 * random.nextGaussian()))));
            int size = 1 + random.nextInt(Math.min(batch, waiting));
            List<Record> delivered = streams.records(table, id, from, size);
            boolean repeats = !simulation.isCalm()
                    && random.nextDouble() < simulation.chances().repeat();
            if (repeats && random.nextBoolean()) {
                simulation.coverage().count("delivery at the same time");
                fleet.send(name, services -> {
                    int unused = function.applyAsInt(services, delivered);
                });
            }
            CallOutcome<Integer> outcome =
                    fleet.call(name, Duration.ofMinutes(15), services -> function.applyAsInt(services, delivered));
            if (outcome instanceof CallOutcome.Answered<Integer> answered) {
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
