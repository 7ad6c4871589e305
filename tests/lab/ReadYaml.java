// What SnakeYAML, Spring Boot's reader, reads: ReadYaml FILE... prints a JSON list; keys are joined by dots, as Spring
// Boot does it, but for what stands in brackets.
import java.io.FileReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

public class ReadYaml {
    static void flatten(String path, Object value, Map<String, Object> out) {
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> e : map.entrySet()) {
                String key = String.valueOf(e.getKey());
                flatten(path.isEmpty() || key.startsWith("[") ? path + key : path + "." + key, e.getValue(), out);
            }
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) flatten(path + "[" + i + "]", list.get(i), out);
        } else {
            out.put(path, value);
        }
    }

    static String json(Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean) return String.valueOf(value);
        StringBuilder out = new StringBuilder("\"");
        for (char c : value.toString().toCharArray()) {
            if (c == '"' || c == '\\') out.append('\\').append(c);
            else if (c < 0x20 || c > 0x7e) out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        return out.append('"').toString();
    }

    public static void main(String[] files) throws Exception {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        List<String> all = new ArrayList<>();
        for (String file : files) {
            Map<String, Object> flat = new TreeMap<>();
            flatten("", new Yaml(options).load(new FileReader(file, java.nio.charset.StandardCharsets.UTF_8)), flat);
            List<String> pairs = new ArrayList<>();
            flat.forEach((k, v) -> pairs.add(json(k) + ":" + json(v)));
            all.add("{" + String.join(",", pairs) + "}");
        }
        System.out.println("[" + String.join(",", all) + "]");
    }
}
