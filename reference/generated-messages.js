// The messages that ts-proto makes are a type and a codec of one name. Exported as types alone, TypeDoc shows the codec
// as a second type, without a word about it: this takes those out again, and the types of each value of an enum.
import { Converter, ReflectionKind } from 'typedoc';

const MADE = ReflectionKind.TypeAlias | ReflectionKind.Namespace;

export function load({ converter }) {
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const reflection of project.getReflectionsByKind(MADE)) {
      const file = project.getSymbolIdFromReflection(reflection)?.fileName ?? '';
      const isCodec = reflection.type?.name === 'MessageFns';
      if (file.includes('src/generated/') && (isCodec || !reflection.hasComment())) {
        project.removeReflection(reflection);
      }
    }
  });
}
