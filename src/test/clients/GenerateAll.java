import org.openapitools.codegen.OpenAPIGenerator;

/** Generates a client for each configuration in one process. The generator's own command for that hides its warnings. */
class GenerateAll {

    public static void main(String[] configurations) {
        for (String configuration : configurations) {
            System.out.println("Generating " + configuration);
            OpenAPIGenerator.main(new String[] {"generate", "-c", configuration});
        }
        System.out.println("Generated " + configurations.length + " clients");
    }
}
