package dev.statecraft.docs.price;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one operation consumes.
 *
 * @param api the request of the caller
 * @param streams the stream consumers that the operation causes, by the handler's name
 * @param events events that the event feed appends
 * @param responseBytes bytes of the body of the response
 */
record Measured(Use api, Map<String, Use> streams, double events, double responseBytes) {

    /**
     * Invocations of functions and what they consume.
     *
     * @param requests requests to DynamoDB
     * @param readUnits read request units, as AWS counts them
     * @param writeUnits write request units, as AWS counts them
     */
    record Use(double invocations, double requests, double readUnits, double writeUnits) {

        static final Use NONE = new Use(0, 0, 0, 0);

        Use plus(Use other) {
            return new Use(
                    invocations + other.invocations,
                    requests + other.requests,
                    readUnits + other.readUnits,
                    writeUnits + other.writeUnits);
        }

        Use times(double factor) {
            return new Use(invocations * factor, requests * factor, readUnits * factor, writeUnits * factor);
        }
    }

    Measured per(double operations) {
        Map<String, Use> each = new TreeMap<>();
        streams.forEach((handler, use) -> each.put(handler, use.times(1 / operations)));
        return new Measured(api.times(1 / operations), each, events / operations, responseBytes / operations);
    }

    /** Returns this without what another operation consumes. */
    Measured minus(Measured other) {
        Map<String, Use> each = new TreeMap<>(streams);
        other.streams.forEach((handler, use) -> each.merge(handler, use.times(-1), Use::plus));
        return new Measured(
                api.plus(other.api.times(-1)), each, events - other.events, responseBytes - other.responseBytes);
    }

    void write(ObjectNode node) {
        write(node.putObject("api"), api);
        ObjectNode all = node.putObject("streams");
        streams.forEach((handler, use) -> {
            if (rounded(use.invocations) > 0 || rounded(use.requests) > 0) {
                write(all.putObject(handler), use);
            }
        });
        node.put("events", rounded(events)).put("responseBytes", Math.round(responseBytes));
    }

    private static void write(ObjectNode node, Use use) {
        node.put("invocations", rounded(use.invocations))
                .put("requests", rounded(use.requests))
                .put("readUnits", rounded(use.readUnits))
                .put("writeUnits", rounded(use.writeUnits));
    }

    private static double rounded(double value) {
        // A difference of measurements may be slightly negative.
        return Math.max(0, Math.round(value * 100) / 100.0);
    }
}
