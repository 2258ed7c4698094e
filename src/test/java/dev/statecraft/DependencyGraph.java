package dev.statecraft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A directed graph. Its cycles are found by Tarjan, "Depth-first search and linear graph algorithms" (1972).
 */
final class DependencyGraph {

    private final Map<String, Set<String>> edges;
    private final List<Set<String>> cycles = new ArrayList<>();
    private final Map<String, Integer> index = new HashMap<>();
    private final Map<String, Integer> lowest = new HashMap<>();
    private final Deque<String> path = new ArrayDeque<>();

    /** A graph of nodes and the nodes that each depends on. */
    DependencyGraph(Map<String, Set<String>> edges) {
        this.edges = edges;
        for (String node : edges.keySet()) {
            if (!index.containsKey(node)) {
                visit(node);
            }
        }
    }

    /** The strongly connected components of more than one node. */
    List<Set<String>> cycles() {
        return cycles;
    }

    private void visit(String node) {
        index.put(node, index.size());
        lowest.put(node, index.get(node));
        path.push(node);
        for (String next : edges.getOrDefault(node, Set.of())) {
            if (!index.containsKey(next)) {
                visit(next);
            }
            if (path.contains(next)) {
                lowest.merge(node, lowest.get(next), Math::min);
            }
        }
        if (lowest.get(node).equals(index.get(node))) {
            Set<String> component = new TreeSet<>();
            do {
                component.add(path.peek());
            } while (!path.pop().equals(node));
            if (component.size() > 1) {
                cycles.add(component);
            }
        }
    }
}
