package dev.statecraft.local.template;

import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.AbstractConstruct;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Plain YAML plus CloudFormation's short function tags: {@code !Ref x} becomes the map {@code {Ref: x}}. */
public final class CloudFormationTags extends SafeConstructor {

    /** Creates the constructor of a YAML reader. */
    public CloudFormationTags(LoaderOptions options) {
        super(options);
        yamlMultiConstructors.put("!", new AbstractConstruct() {
            @Override
            public Object construct(Node node) {
                return Map.of(node.getTag().getValue().substring(1), argument(node));
            }
        });
    }

    private Object argument(Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        if (node instanceof SequenceNode sequence) {
            return constructSequence(sequence);
        }
        if (node instanceof MappingNode mapping) {
            return constructMapping(mapping);
        }
        throw new IllegalArgumentException("Unknown YAML node " + node);
    }
}
